"""A Grade: what it is made of, and how it is told and drawn.

drawing  A verdict drawn: the problem's graph with the edge or node where it broke marked, by dashes, a cross and words.
grades   Grade: what was right, where the first wrong line is, what was misunderstood; as JSON's types, as Markdown, for a terminal.
marks    What a grade is made of: a verdict for each line, misconceptions, a counterexample, the cells of a sheet; and how points are given.
"""

"""Many answers: submissions from files, their results, what a person decided, and what a change changed.

fields       What the fields of a submission may hold: one row for each, with its check.
submissions  What a submission is, and how files of any form are read into them; the teacher's question wins.
formats      How results are written, a row for each form, and read back. Imports nothing heavy.
results      One submission graded, or many over any executor.
reviews      What a person decided about a grade, kept beside the machine's verdicts.
compare      What changed between two gradings of the same submissions.
"""

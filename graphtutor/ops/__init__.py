"""What an operation is: the table, and what its rows are written in.

arrays      one algebra for numbers, float arrays, and arrays of SymPy or mpmath entries
heads       our own SymPy heads, for what SymPy's cannot carry as a learner wrote it
notation    how an operation is written
abbreviations  functions that are short for operations of the table: sec x, log₂ x, square(x)
misconceptions  CATALOGUE: every misconception with its hints and its rank; an id that is not there is an AuthorError
precision   many digits: a context of mpmath for each thread
row         what a row holds: one column for each thing anybody asks of an operation
tracing     calls of operations by name on tracers: how a row's rules speak of other rows
folds       what a textbook does not write: × 1, + 0 and the like
shaping     shapes of operations that mix entries, and gradients brought back into shape
miswritten  what an expression becomes when a bracket, a power or a law is miswritten
arithmetic, functions, choices, vectors, reductions, linear  the rows by topic
table       TABLE: all of them
spell       which operation a SymPy tree spells: the one place that knows that `a + (-1)*b` is a difference
"""

"""What an operation is: the table, and what its rows are written in.

arrays   One algebra for numbers, float arrays, and arrays of SymPy or mpmath entries.
folds    What a textbook does not write: × 1, + 0 and the like, for the rows of operations that have such a thing.
heads    Our own SymPy heads, for what SymPy's cannot carry as a learner wrote it.
misconceptions  CATALOGUE: every misconception with its hints and its rank; an id that is not there is an AuthorError.
row      What a row of the table of operations holds: one column for each thing anybody asks of an operation.
spell    Which operation a SymPy tree spells: the one place that knows that `a + (-1)*b` is a difference.
table    TABLE: one frozen row per operation, and nothing else.
tracing  Calls of operations by name on tracers: how a row's rules speak of other rows.
"""

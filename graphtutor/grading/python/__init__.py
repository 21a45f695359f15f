"""A student's Python, read as mathematics and never run.

source       The text parsed: its functions, what stands outside them and may be passed over, and what is refused.
values       The values that its names have on symbols: numbers known here, trees, lists, arrays of trees, functions.
entrywise    Arithmetic, comparisons, conditions, entries and masks, products, with a bound on steps.
library      The functions of Python, NumPy and torch that act on lists and arrays.
expressions  What an expression is worth.
statements   What a function does, statement by statement; both sides of a branch that symbols decide.
returned     What the functions of an answer return: trees, and the learner's lines that they come from.
"""

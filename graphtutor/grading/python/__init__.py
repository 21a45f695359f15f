"""A student's Python, read as mathematics and never run.

code       A student's Python functions, read as mathematics. The code is parsed, never run.
follow     Follow the statements of a student's function on symbols, with a bound on steps, branches and calls within calls.
library    The functions of Python and numpy that act on lists and whole numbers, for code that is read and not run.
operators  The operators of a student's Python on symbols: arithmetic, comparisons, conditions, entries, sums and products of lists.
returned   What the Python of an answer returns: for each derivative asked for, the tree of its function.
script     What stands outside the functions of a student's script and may be passed over: data, a training loop, plots.
source     The text of a student's Python, parsed, and the values that its names have on symbols.
values     What an expression of a student's Python is worth on symbols: numbers known here, trees, names, lists of them.
"""

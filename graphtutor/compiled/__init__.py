"""A graph as straight-line code.

batches   Straight-line code over NumPy arrays: the same statements for all points of a batch at once, in pieces that stay in the cache.
floats    Straight-line code: a graph and its adjoints as Python statements over floats, at one point.
function  Compile: a graph and its adjoints as one function, value and all gradients in one call.
portable  A graph and its adjoints as a list of elementary operations on single numbers, which any language can run.
"""

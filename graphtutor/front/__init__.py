"""What a user holds: the same frozen data with the methods that reach every room.

analysis     What a user asks of analysis: check() against SymPy's derivative, and derive() with a Derivation that draws itself.
api          What a user holds: `graph` and the Graph and Trace whose methods reach every room of the house.
experiments  What a user holds of training: `train` with a bar on long runs, and what it and the comparisons give, which plot themselves.
"""

"""A graph walked at a point, one edge a step.

trace     Trace: forward, seed, then backward, symbols and numbers side by side
tangents  Tangents: forward mode, values and tangents growing together from the inputs
"""

"""A graph walked at a point: forward, seed, backward one edge a step.

trace  Trace: a graph walked forward, seeded, and walked backward one edge at a time.
"""

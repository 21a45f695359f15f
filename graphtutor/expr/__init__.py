"""Expressions as graphs: cells, and all that is made of them without walking one.

running  cells run over an algebra: exact, float, SymPy, mpmath
graph    Graph: nodes in topological order, named, grouped, written out, evaluated; a node written out as a SymPy expression
tracer   Builder and Tracer: a graph under construction
traced   Python functions that call NumPy, math, PyTorch, JAX: run on tracers, their variables' names kept
build    from text, a SymPy tree or a Python function to a Graph
adjoint  the backward pass in symbols, as nodes that extend the graph
gates    strong zeros: what is shut sends nothing, by selection
limits   gradients that floats leave undefined: more digits, or the limit beside the point
forward  tangents: the pass ahead, as nodes that extend the graph; what either mode costs
jacobian  Jacobians, Hessians and Hessian-vector products as graphs of their own
foreign  programs of PyTorch and JAX as graphs
views    operations opened into smaller ones, groups closed into one node
"""

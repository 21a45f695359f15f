"""An expression as a Graph: its cells, how it is built, viewed, and differentiated.

adjoint  The backward pass in symbols: adjoints as nodes that extend the graph they belong to.
build    From text, a SymPy tree or a Python function to a Graph, without recursion.
graph    Graph: interned nodes in topological order, and the builder and tracers that make one.
views    Other views of a graph: operations opened into smaller ones, and groups closed into one node.
"""

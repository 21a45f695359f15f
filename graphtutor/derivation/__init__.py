"""The analytic derivation of a gradient, as data: lines, each with its rule.

    algebra    trees tidied: zeros left out, products collected, fractions cancelled
    rules      one rule of differentiation at a time, from the columns of the operation's row
    places     paths into a tree: what is replaced, what is marked
    changes    what differs between two trees, as the smallest places
    cells      trees as tables that compare, hash and pickle
    lines      Line, Derivation and derive
"""

from .lines import Derivation, Line, derive
from .rules import Rule

__all__ = ["Derivation", "Line", "Rule", "derive"]

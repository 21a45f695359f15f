"""The analytic derivation of a gradient, as data: lines, each with its rule.

anatomy      trees taken apart into operations and arguments, put together, compared
terms        products and sums: factors with their powers, terms with their numbers
algebra      trees tidied: zeros left out, products collected, fractions cancelled
rules        one rule of differentiation at a time, from the columns of the operation's row
places       paths into a tree: what is replaced, what is marked
cells        trees as tables that compare, hash and pickle
lines        Line and Derivation: the lines in every form; long trees as much of them as somebody reads
problem      what is asked, read
along        edge by edge along the graph
derivations  derive: rule by rule, or as at the board; what differs between two trees, as the smallest places
equations    dy/dx of an equation between x and y, solved for y′
"""

from .along import turned
from .derivations import derive
from .equations import from_equation
from .lines import Derivation, Line
from .rules import Rule

__all__ = ["Derivation", "Line", "Rule", "derive", "from_equation", "turned"]

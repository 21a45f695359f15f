"""Is the gradient right? The backward pass against SymPy's own derivative, and each local rule on its own.

symbols   against `sympy.diff`: each input's gradient, each operation's local rule
numbers   against central differences where a graph is too big for SymPy, and one-sided slopes at a kink
checking  the two together, as a Check
"""

from __future__ import annotations

from ..equal import Evidence, Verdict
from .checking import Check, check

__all__ = ["Check", "Evidence", "Verdict", "check"]

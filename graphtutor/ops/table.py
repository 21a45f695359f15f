"""TABLE: one frozen row per operation, from the tables by topic.

Reader, graph, trace, picture, tutor, grader and tests read the row; nobody else knows what
`tanh` is. `local` and `pull` run on tracers (see `tracing`), `forward` on any algebra (see
`arrays`). To add an operation, add a row to the table of its topic.
"""

from __future__ import annotations

import sympy as sp

from . import heads
from .arithmetic import ARITHMETIC
from .choices import CHOICES
from .functions import FUNCTIONS
from .linear import LINEAR
from .notation import Notation, Style
from .reductions import REDUCTIONS
from .row import Row
from .vectors import SHARES, VECTORS

TABLE: tuple[Row, ...] = (*ARITHMETIC, *FUNCTIONS, *CHOICES, *VECTORS, *REDUCTIONS, *LINEAR)
ROWS: dict[str, Row] = {row.name: row for row in (*TABLE, *SHARES)}

# what stands for an operation: no node has it, for building a graph works it out
OPERATORS: dict[str, Row] = {
    "diff": Row("diff", sp.diff, heads=(heads.Diff,), arity=(2, 2), shape=lambda what, wrt: what, rule="derivative", note=Notation(
        "d/d{1} ({0})", Style("∂/∂{1} ({0})", 45), Style(r"\frac{{\partial}}{{\partial {1}}} \left({0}\right)", 45), 45, mathml=Style(
            "<mfrac><mo>∂</mo><mrow><mo>∂</mo>{1}</mrow></mfrac><mrow><mo>(</mo>{0}<mo>)</mo></mrow>", 45)))}  # fmt: skip

"""A new operation is one new row and nothing else: it is read, drawn, traced, checked and explained."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from graphtutor import adjoint
from graphtutor.api import check, make
from graphtutor.graphs import Builder
from graphtutor.maths import heads, ops
from graphtutor.maths.arrays import Entry
from graphtutor.maths.row import Row
from graphtutor.maths.tracing import f
from graphtutor.picture.frames import film


@pytest.fixture
def swish(monkeypatch: pytest.MonkeyPatch) -> Row:
    row = Row("swish", Entry(lambda x: x / (1 + np.exp(-x)), lambda m, x: x / (1 + m.exp(-x))), heads=(heads.Gelu,), names=("swish",), label="swish",
              rule="swish rule", formula="d swish(u) = (σ(u) + u·σ(u)·(1 − σ(u)))·du", says="a swish bends the gradient",
              local=lambda y, x: (f.sigmoid(x) + y * (1 - f.sigmoid(x)),))  # fmt: skip
    monkeypatch.setitem(ops.ROWS, "swish", row)
    adjoint.template.cache_clear()
    return row


def test_one_row_is_traced_drawn_checked_and_explained(swish: Row) -> None:
    b = Builder()
    g = make("w*x")
    builder = Builder(g.cells, g.shapes)
    graph = builder.graph(builder.add("swish", (g.out,)))
    found = check(graph)
    assert found.ok and set(found.verdicts) == {"w", "x"}
    from graphtutor.trace import trace

    t = trace(graph, {"w": 2, "x": 0.5})
    x = sp.Symbol("x")
    assert t.gradients["v1"] == pytest.approx(float(sp.diff(x / (1 + sp.exp(-x)), x).subs(x, 1)))
    assert "A swish bends the gradient." in t.steps[3].sentence and "v₂ = swish(v₁)" in t.steps[3].sentence
    assert any(box.label == "swish" for box in film(t)[-1].boxes)
    assert len(b.cells) == 0

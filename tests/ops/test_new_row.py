"""A new operation is one new row and nothing else: it is read, written, traced, drawn, checked, derived and explained."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
import sympy as sp

# A process of its own, for the row has to be in the table before the reader looks at it.
ONE_ROW = r"""
import json
import numpy as np
from graphtutor.ops import table as ops
from graphtutor.ops.arrays import Entry
from graphtutor.ops.row import Row
from graphtutor.ops.tracing import f

row = Row("swoosh", Entry(lambda x: x / (1 + np.exp(-x)), lambda m, x: x / (1 + m.exp(-x))), names=("swoosh",), label="swoosh",
          rule="swoosh rule", formula="d swoosh(u) = (σ(u) + u·σ(u)·(1 − σ(u)))·du", says="a swoosh bends the gradient",
          local=lambda y, x: (f.sigmoid(x) + y * (1 - f.sigmoid(x)),))
ops.TABLE = (*ops.TABLE, row)
ops.ROWS[row.name] = row

import graphtutor as gt
from graphtutor.derivation import derive
from graphtutor.language.write import write

text = "L = 2*swoosh(w*x)"
g = gt.graph(text)
t = g.trace(at={"w": 2, "x": 0.5})
batch = g.function()({"w": np.array([2.0, -1.0]), "x": np.array([0.5, 3.0])})
print(json.dumps({
    "read": [node.text for node in g.nodes],
    "again": write(gt.read(r"2\operatorname{swoosh}(w x)", names=["w", "x"])),
    "latex": write(gt.read("swoosh(w*x)"), "latex"),
    "python": [n.text for n in gt.graph(lambda w, x: gt.fn.swoosh(w * x)).nodes],
    "number": gt.fn.swoosh(1.0),
    "gradient": t.gradients["w"],
    "batch": batch[1]["w"].tolist(),
    "sentences": [step.sentence for step in t.steps],
    "picture": "swoosh" in t.svg(),
    "dot": "swoosh" in t.dot().source,
    "check": gt.check(g).sentence,
    "same": gt.same("swoosh(u)", "u*sigmoid(u)").kind,
    "derived": [line.rule.name for line in derive("swoosh(w*x)", wrt="w").lines],
}, default=str))
"""


@pytest.fixture(scope="module")
def found() -> dict[str, object]:
    done = subprocess.run([sys.executable, "-c", ONE_ROW], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_one_row_is_read_in_every_spelling_and_written_back(found: dict[str, object]) -> None:
    assert found["read"] == ["2", "w", "x", "w*x", "swoosh(v1)", "2*v2"]
    assert found["again"] == "2*swoosh(w*x)"
    assert found["latex"] == r"\operatorname{swoosh}(w \cdot x)"
    assert found["python"] == ["w", "x", "w*x", "swoosh(v1)"]
    assert found["number"] == pytest.approx(1 / (1 + np.exp(-1)))


def test_one_row_is_traced_compiled_and_explained(found: dict[str, object]) -> None:
    w, x = sp.symbols("w x")
    slope = sp.lambdify((w, x), sp.diff(2 * w * x / (1 + sp.exp(-w * x)), w))
    assert found["gradient"] == pytest.approx(slope(2, 0.5))
    assert found["batch"] == pytest.approx([slope(2, 0.5), slope(-1, 3.0)])
    assert any("A swoosh bends the gradient." in sentence for sentence in found["sentences"])


def test_one_row_is_drawn_and_checked(found: dict[str, object]) -> None:
    assert found["picture"] and found["dot"]
    assert found["check"] == "Every gradient agrees with sympy.diff."
    assert found["same"] in ("proved", "agrees")


def test_one_row_is_derived(found: dict[str, object]) -> None:
    assert "swoosh rule and chain rule" in found["derived"]

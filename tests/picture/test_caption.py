"""What a step says as mathematics: names, the local derivative, numbers, the sum of what arrives; no code and no long arrays."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from graphtutor.front.api import graph as make
from graphtutor.ops.table import TABLE
from graphtutor.picture.files.inks import colours
from graphtutor.picture.steps.canvas import arrange
from graphtutor.picture.steps.caption import number
from graphtutor.picture.steps.frames import film
from graphtutor.picture.steps.headings import caption, fitting
from graphtutor.picture.steps.needs import MARGIN

LECTURE = {"w0": 0.5, "w1": -0.3, "x0": 2, "x1": 0, "b": 0.1, "y": -1}
MSE = "f = w0*x0 + w1*x1 + b\nL = (f - y)**2"


def plain(markup: str) -> str:
    """A formula as one line of text, fractions with a stroke."""
    markup = re.sub(r"<mfrac><mrow>(.*?)</mrow><mrow>(.*?)</mrow></mfrac>", r"\1/\2", markup)
    return "".join(ET.fromstring(re.sub(r"</?m(sub|sup|rac|row|frac)[^>]*>", "", markup)).itertext()).replace(
        "\u2061", ""
    )


def said(text: str, at=None, **how) -> list[list[str]]:
    shapes = how.pop("shapes", None)
    return [[plain(m) for m in f.formulas] for f in film(make(text, shapes=shapes).trace(at, **how))]


def test_a_step_forward_is_name_formula_numbers_and_value() -> None:
    assert said(MSE, LECTURE)[4] == ["v4=f−y=1.1−(−1)=2.1"]
    assert said("L = (-2)*x*y", {"x": -3, "y": -1})[:2] == [["v1=−2·x=(−2)·(−3)=6"], ["L=v1·y=6·(−1)=−6"]]


def test_a_step_backward_is_upstream_times_local_in_names_in_its_formula_and_in_numbers() -> None:
    steps = said(MSE, LECTURE)
    assert steps[16] == ["∂L/∂w0=∂L/∂v1·∂v1/∂w0=∂L/∂v1·x0=4.2·2=8.4"]
    assert steps[9] == ["∂L/∂y=∂L/∂v4·∂v4/∂y=∂L/∂v4·(−1)=4.2·(−1)=−4.2"]


def test_where_several_paths_arrive_their_sum_grows() -> None:
    steps = said("L = x*x + x*y", {"x": 2, "y": 5})
    assert [s[1] for s in steps if len(s) > 1] == ["∂L/∂x=5+?+?", "∂L/∂x=5+2+?", "∂L/∂x=5+2+2=9"]


def test_a_long_sum_leaves_its_middle_out() -> None:
    steps = said("L = x*a + x*b + x*c + x*d + x*g + x*h", dict.fromkeys("xabcdgh", 1))
    assert [s[1] for s in steps if len(s) > 1] == [
        "∂L/∂x=1+?+…+?", "∂L/∂x=1+1+?+…+?", "∂L/∂x=1+1+1+?+…+?", "∂L/∂x=1+1+1+1+?+?", "∂L/∂x=1+1+…+1+?", "∂L/∂x=1+1+…+1=6"]  # fmt: skip


def test_vectors_are_said_by_name_and_a_rule_where_entries_mix() -> None:
    at = {"W": [[1, 0], [0, 2]], "x": [1, 2], "b": [0, 1]}
    steps = said("L = sum(tanh(W@x + b))", at, shapes={"W": (2, 2), "x": 2, "b": 2})
    assert steps[0] == ["v1=W·x"]
    assert steps[5:8] == [["∂L/∂v3=𝟙·∂L/∂L"], ["∂L/∂v2=∂L/∂v3⊙(1−v32)"], ["∂L/∂v1=∂L/∂v2"]]
    assert not any("[" in f for s in steps for f in s)


def test_forward_mode_says_tangents() -> None:
    steps = said("f = w*x; L = (f - y)**2", {"w": 2, "x": 3, "y": 5}, seed="w", mode="forward")
    assert steps[-1] == ["∂L/∂w=∂v1/∂w·∂L/∂v1=∂v1/∂w·2·v1=3·2=6"]


def test_in_symbols_alone_the_upstream_gradient_does_not_take_the_place_of_an_argument_it_equals() -> None:
    t = make("L = x*sin(x)").trace()
    assert "contribution cos(x)·x" in t.steps[-1].sentence


def test_at_a_kink_the_remark_says_what_is_taken_and_no_code() -> None:
    t = make("L = max(0, m)").trace({"m": 0})
    frame = film(t)[-1]
    assert frame.remark == "At this kink the slope may be anything from 0 to 1; 0 is taken."
    assert "tie='zero'" in t.steps[-1].sentence


@pytest.mark.parametrize(("text", "markup"), [("4.2", "<mn>4.2</mn>"), ("(−1)", "<mrow><mo>(</mo><mo>−</mo><mn>1</mn><mo>)</mo></mrow>"), ("undefined", "<mtext>undefined</mtext>")])  # fmt: skip
def test_numbers_are_mathematics(text: str, markup: str) -> None:
    assert number(text) == markup


@pytest.mark.parametrize(
    "row", [r for r in TABLE if r.local is not None and r.arity[0] <= 2 and r.names], ids=lambda r: r.name
)
def test_every_row_is_said_in_type_and_fits_above_the_graph(row) -> None:
    """Formulas of every operation are set between title and graph, in no less than half the usual size."""
    names = ["x", "y"][: max(1, row.arity[0])]
    g = make(f"L = 2*{row.names[0]}({', '.join(names)})")
    for walked in (g.trace(), g.trace(dict.fromkeys([n.name for n in g.inputs], 1.5 if row.name == "acosh" else 0.5))):
        frames = film(walked)
        layout = arrange(frames)
        for frame in frames:
            blocks = fitting(frame.formulas, layout.width - 2 * MARGIN)
            assert len(blocks) == len(frame.formulas)
            assert "<text" in caption(frame, layout, colours("light"))

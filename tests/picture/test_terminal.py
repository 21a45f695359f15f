"""The graph as aligned text: 80 columns, no colour, ASCII where it must be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphtutor.front.api import graph as make
from graphtutor.picture.steps.frames import film
from graphtutor.picture.steps.terminal import plain, table, text

LECTURE = {"w0": 0.5, "w1": -0.3, "x0": 2, "x1": 0, "b": 0.1, "y": -1}
MSE = "f = w0*x0 + w1*x1 + b\nL = (f - y)**2"
SOFTMAX = make("L = -log(softmax(W@x + b)[0])", shapes={"W": (3, 2), "x": 2, "b": 3}).trace(
    {"W": [[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]], "x": [1, 2], "b": [0, 0.1, -0.1]}
)


def test_the_node_that_sends_and_the_one_that_receives_are_marked() -> None:
    lines = text(film(make(MSE).trace(LECTURE))[16]).splitlines()
    assert lines[0] == "Backward · step 17 of 18"
    assert lines[1].split() == ["node", "value", "gradient"]
    assert lines[2] == "◀  w₀ (parameter)  0.5    ∂L/∂w₀ = 8.4"
    assert lines[4] == "▶  v₁ = w₀·x₀      1      ∂L/∂v₁ = 4.2"
    assert [line[:1] for line in lines[2:14]].count(" ") == 10


def test_columns_are_aligned() -> None:
    lines = table(film(make(MSE).trace(LECTURE))[17])
    value = lines[0].index("value")
    assert all(line[value - 2 : value] == "  " and line[value] != " " for line in lines[1:])


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
@pytest.mark.parametrize("ascii", [False, True])
def test_no_line_is_wider_than_the_terminal(columns: int, ascii: bool) -> None:
    for walked in (make(MSE).trace(LECTURE), SOFTMAX, make(MSE)):
        for frame in film(walked):
            assert all(len(line) <= columns for line in text(frame, columns, ascii).splitlines())


def test_ascii_says_the_same_in_ascii() -> None:
    for frame in film(SOFTMAX):
        said = text(frame, 80, ascii=True)
        assert said.isascii() and "?" not in said.replace("= ?", "").replace("+ ?", "").replace("  ?", "")
    lines = text(film(make(MSE).trace(LECTURE))[16], ascii=True).splitlines()
    assert lines[4] == ">  v1 = w0*x0      1      dL/dv1 = 4.2"


def test_without_a_point_there_is_no_column_of_values() -> None:
    assert table(film(make(MSE).trace())[-1])[0].split() == ["node", "gradient"]
    assert table(film(make(MSE))[0])[0].split() == ["node"]


@given(st.text(max_size=40))
def test_plain_is_ascii_whatever_comes(words: str) -> None:
    assert plain(words).isascii()

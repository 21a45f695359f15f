"""`graphtutor same A B`: what it answers, and the exit codes that a script goes by."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from graphtutor.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*args: str) -> tuple[int, str, str]:
        code = main(["same", *args])
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["2*x0*(f - y)", "(f - y)*x0*2"], 0, "Equal, proved by bringing both to one normal form.\n"),
        (["2*x", "2*x"], 0, "Equal: both are the same expression.\n"),
        ([r"\frac{1}{2}x", "x/2"], 0, "Equal, proved by bringing both to one normal form.\n"),
        (["2*x", "2*exp(log(x))"], 1, "Different: At x = -1 the first is -2, but the second is undefined.\n"),
        (["2*exp(log(x))", "2*x"], 1, "Different: At x = -1 the first is undefined, but the second is -2.\n"),
        (["2*x", "2*exp(log(x))", "--assume", "x=positive"], 0, "Equal, proved by bringing both to one normal form.\n"),
        (["sqrt(x*y)", "sqrt(x)*sqrt(y)", "--assume", "x=(0,5); y=positive"], 0, "Equal, proved by bringing both to one normal form.\n"),
        (["sqrt(x*y)", "sqrt(x)*sqrt(y)", "--assume", "x=positive", "--assume", "y=positive"], 0, "Equal, proved by bringing both to one normal form.\n"),
        (["where(x > 0, 1, 0)", "where(x >= 0, 1, 0)"], 0,
         "Equal but on the kink x = 0: there the first is 0 and the second 1, both from 0 to 1, the values on its sides.\n"),
        (["log(-x^2 - 1)", "log(-x^2 - 2)"], 5, "Undecided: No point was found where both are defined and small enough to be worked out; narrow the assumptions.\n"),
        (["W@x", "W.T@x", "--shapes", "W=2x2,x=2"], 1,
         "Different: At W[0, 0] = 2, W[0, 1] = 1, W[1, 0] = -1, W[1, 1] = 3, x[0] = 1/2, x[1] = -2, in entry [0] the first is -1, the second 3.\n"),
        (["1", "2"], 1, "Different: The first is 1, the second 2.\n"),
        (["-x", "x"], 1, "Different: At x = 2 the first is -2, the second 2.\n"),
        (["cos(x/2)^2", "(1 + cos x)/2", "--prove", "60"], 0, "Equal, proved by SymPy's simplify.\n"),
    ],
)  # fmt: skip
def test_the_answer_and_its_exit_code(run: Run, args: list[str], code: int, said: str) -> None:
    assert run(*args) == (code, said, "")


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (
            ["2*(x", "x"],
            3,
            "graphtutor: line 1, column 5: expected ')' to close the '(' of column 3, met the end\n2*(x\n    ^\n",
        ),
        (
            ["x", "y+"],
            3,
            "graphtutor: line 1, column 3: the text ends after '+'; expected a number, a name or '('\ny+\n  ^\n",
        ),
        (
            ["sine(x)", "x"],
            3,
            "graphtutor: line 1, column 1: unknown function 'sine' (did you mean 'sin'?)\nsine(x)\n^\n",
        ),
        (["x"], 2, "graphtutor: Missing argument 'B'; 'graphtutor same --help' shows what it takes\n"),
        (
            ["x", "x", "--assume", "x"],
            2,
            "graphtutor: cannot read the assumption 'x'; expected name=domain, such as x=positive or y=[-1,1]\n",
        ),
        (["x", "x", "--assume", "x=[1]!1"], 2, "graphtutor: the assumption on 'x' leaves no number to try: [1]!1\n"),
        (
            ["x", "x", "--seed", "abc"],
            2,
            "graphtutor: Invalid value for '--seed': 'abc' is not a valid integer; 'graphtutor same --help' shows what it takes\n",
        ),
    ],
)
def test_what_cannot_be_compared_is_said_in_one_line_with_the_next_move(
    run: Run, args: list[str], code: int, said: str
) -> None:
    assert run(*args) == (code, "", said)


def test_json_holds_the_verdict_with_its_evidence(run: Run) -> None:
    code, out, _ = run("(x**2 - 1)/(x - 1)", "x + 1", "--json", "--seed", "3")
    found = json.loads(out)
    assert code == 0
    assert found == {
        "kind": "proved", "equal": True, "sentence": "Equal, proved by bringing both to one normal form. Only one of them is defined at x = 1.", "seed": 3,
        "points": found["points"], "digits": 35, "excluded": [{"x": "1"}], "method": "bringing both to one normal form",
    }  # fmt: skip
    code, out, _ = run("x", "x + 1/3", "--json")
    assert (code, json.loads(out)) == (
        1,
        {
            "kind": "differs",
            "equal": False,
            "sentence": "At x = 2 the first is 2, the second 2.33333.",
            "seed": 0,
            "point": {"x": "2"},
            "values": ["2", "2.33333"],
        },
    )
    code, out, _ = run("log(-x^2 - 1)", "log(-x^2 - 2)", "--json")
    assert code == 5
    assert json.loads(out)["equal"] is None


def test_json_says_what_could_not_be_read(run: Run) -> None:
    code, out, _ = run("2*(x", "x", "--json")
    found = json.loads(out)
    assert code == 3
    assert (found["kind"], found["line"], found["column"], found["caret"]) == ("ReadError", 1, 5, "2*(x\n    ^")

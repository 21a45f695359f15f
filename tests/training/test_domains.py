"""A run that leaves a domain stops with node, point and update named; a loss that grows without end is called diverging."""

from __future__ import annotations

import pytest

import graphtutor as gt

X = {"x": [1.0, 2.0]}


@pytest.mark.parametrize(
    ("loss", "start", "said"),
    [
        ("log(w) + x", -1, "update 0 (epoch 0): node v1 = log(w) is nan at point 1"),
        ("asin(w)*x", 1.2, "node v1 = asin(w) is nan at point 1"),
        ("x*exp(w)", 800, "node v1 = exp(w) is inf at point 1"),
        ("exp(exp(w))*x", 7, "node v2 = exp(v1) is inf at point 1"),
        ("x/w", 0, "is inf at point 1"),
        ("sqrt(w)*x", 0.1, "node v1 = sqrt(w) is nan at point 1; the parameters before that update are kept"),
        ("acosh(w)*x", 0.5, "node v1 = acosh(w) is nan"),
        ("log(w)*x", 0, "node v1 = log(w) is -inf"),
        ("w**-0.5*x", 0, "is inf at point 1"),
        ("atanh(w)*x", 1, "is inf at point 1"),
    ],
)
@pytest.mark.parametrize("copies", [1, 50])
def test_a_run_that_leaves_a_domain_says_where(loss: str, start: float, said: str, copies: int) -> None:
    run = gt.train(f"L = {loss}", data={"x": X["x"] * copies}, start={"w": start})
    assert run.stopped is not None and said in run.stopped.message


def test_a_root_of_squares_may_start_at_its_tip() -> None:
    assert gt.train("L = (w**2)**0.5 + x", data=X, start={"w": 0}).loss == 1.5


def test_a_loss_that_grows_without_end_is_called_diverging() -> None:
    data = {"x": [1.0, 2.0], "y": [2.0, 3.0]}
    assert "diverging" in repr(gt.train("L = (w*x - y)**2", data=data, start={"w": 0}, rate=50))
    assert "diverging" not in repr(gt.train("L = (w*x - y)**2", data=data, start={"w": 0}, rate=0.01))

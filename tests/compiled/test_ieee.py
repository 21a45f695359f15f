"""IEEE numbers on every road: at one point and in a batch the same inf and nan, and nothing is raised."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import graphtutor as gt

INF, NAN = float("inf"), float("nan")
CASES = [("(x**2)**0.5", 0, 0), ("x**(-1/2)", 0, INF), ("log(x)", -1, NAN), ("log(x)", 0, -INF), ("sqrt(x)", -1, NAN), ("asin(x)", 2, NAN), ("acosh(x)", 0, NAN), ("atanh(x)", 1, INF),
         ("exp(x)", 1000, INF), ("sinh(x)", 1000, INF), ("1/x", 0, INF), ("x**200", 1e10, INF), ("tan(x)", INF, NAN), ("floor(x)", INF, INF), ("mod(1, x)", 0, NAN), ("round(x)", NAN, NAN),
         ("x/(1 - 1)", 2, INF), ("sqrt(0 - 1)*x", 2, NAN), ("exp(1000)*x", 1, INF), ("elu(x)", -1e5, -1), ("relu(x)", NAN, NAN), ("relu(log(x))", -1, NAN), ("max(x, 1)", NAN, NAN),
         ("min(1, x)", NAN, NAN), ("max(1, x)", NAN, NAN), ("step(x)", NAN, NAN), ("hardtanh(x)", NAN, NAN), ("abs(x)", NAN, NAN), ("cosh(x) - cosh(x)", 1000, 0), ("2**x", 5000, INF)]  # fmt: skip


@pytest.mark.parametrize(("text", "x", "value"), CASES, ids=[f"{t} at {x}" for t, x, _ in CASES])
def test_one_point_and_a_batch_give_the_same_ieee_number(text: str, x: float, value: float) -> None:
    run = gt.graph(text).function()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one, slope = run({"x": float(x)})
        many, slopes = run({"x": np.array([x, 0.5, x], dtype=float)})
    assert np.array_equal(one, value, equal_nan=True)
    assert np.array_equal(many[0], value, equal_nan=True) and np.array_equal(many[2], value, equal_nan=True)
    assert np.array_equal(slope["x"], slopes["x"][0], equal_nan=True)

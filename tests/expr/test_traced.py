"""Python functions that use NumPy, math and the like are traced by the names of the table; values are those that NumPy gives on numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from math import atan2, exp
from typing import Any

import numpy as np
import pytest

import graphtutor as gt

X, Y, A = np.array([0.5, -1.25, 2.0]), np.array([1.5, 0.25, -0.75]), np.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 10]])
AT = {"x": X, "y": Y, "A": A}


def helper(u: Any) -> Any:
    return math.sqrt(u) + 1


ARRAYS: list[Callable[..., Any]] = [
    lambda x: np.sum(x * x), lambda x: np.sum(np.exp(x), axis=0), lambda x, y: np.dot(x, y), lambda A, x: np.sum(np.dot(A, x)), lambda x: np.linalg.norm(x),
    lambda x: np.linalg.norm(x, 2), lambda x, y: np.sum(np.where(x > 0, x, y)), lambda x: np.sum(np.clip(x, -1, 1)), lambda x: np.clip(x, a_min=-1, a_max=1).sum(),
    lambda x, y: np.maximum(x, y).sum(), lambda x: np.max(x), lambda A: np.sum(np.max(A, axis=0)), lambda x: np.mean(np.square(x)), lambda x: np.mean(x) - x.mean(), lambda x: np.var(x),
    lambda x: np.std(x), lambda A: np.sum(np.sum(A, axis=1, keepdims=True) * A), lambda A: np.trace(A), lambda A: np.linalg.det(A), lambda A: np.sum(np.linalg.inv(A)), lambda A, x: np.linalg.solve(A, x).sum(),
    lambda x, y: np.sum(np.outer(x, y)), lambda x, y: np.concatenate((x, y)).sum(), lambda x: np.prod(x), lambda A, x: np.sum(np.matmul(A, x)), lambda A: np.sum(np.transpose(A) @ A), lambda A: np.reshape(A, 9).sum(),
    lambda x: np.sum(np.array([x[0] * x[1], x[2]])), lambda x, y: np.sum(np.stack([x, y])), lambda x: np.sum(np.abs(x)) + np.sum(np.sign(x)), lambda x: np.sum(np.power(x, 3)),
    lambda x: np.sum(np.log1p(np.expm1(x))), lambda x: np.sum(np.minimum(x, 0.3)), lambda x, y: np.sum(np.hypot(x, y) + np.arctan2(x, y)), lambda x: np.cumsum(x).sum(), lambda A: np.mean(A, 0).sum(), lambda x: np.sum(np.pi * x),
]  # fmt: skip


@pytest.mark.parametrize("k", range(len(ARRAYS)))
def test_a_function_of_numpy_has_the_value_that_numpy_gives(k: int) -> None:
    function = ARRAYS[k]
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    at = {name: AT[name] for name in names}
    traced = gt.graph(function, shapes={name: v.shape for name, v in at.items()}).trace(at=at)
    assert traced.value == pytest.approx(float(function(**at)), rel=1e-12)


NUMBERS: list[Callable[..., Any]] = [
    lambda x, y: math.exp(x) * math.sin(y), lambda x, y: math.log(x) + math.sqrt(y), lambda x, y: math.hypot(x, y), lambda x, y: atan2(x, y) + exp(-x), lambda x, y: helper(x) * y,
    lambda x, y: max(x, y) + min(x, 1), lambda x, y: math.pow(x, 2) + math.tanh(y), lambda x, y: math.pi * x + math.fabs(y), lambda x, y: math.log(x, 10) + math.log2(y), lambda x, y: math.floor(x) + round(y) + math.ceil(x),
    lambda x, y: sum([x, y, 2 * x]), lambda x, y: np.sqrt(2.0) * x + math.sqrt(4) * y, lambda x, y: max([x, y, 1.0]), lambda x, y: math.erf(x) + math.expm1(y),
]  # fmt: skip


@pytest.mark.parametrize("k", range(len(NUMBERS)))
def test_a_function_of_math_has_the_value_and_the_slope_that_math_gives(k: int) -> None:
    function, at, h = NUMBERS[k], {"x": 1.3, "y": 0.7}, 1e-6
    traced = gt.graph(function).trace(at=at)
    assert traced.value == pytest.approx(float(function(**at)), rel=1e-12)
    for name in at:
        up, down = (float(function(**{**at, name: at[name] + s})) for s in (h, -h))
        assert traced.gradients[name] == pytest.approx((up - down) / (2 * h), abs=1e-8)  # central difference, step 1e-6


def test_variables_of_a_function_name_their_nodes() -> None:
    def loss(w: Any, x: Any, b: Any, y: Any) -> Any:
        z = np.dot(w, x) + b
        p = 1 / (1 + np.exp(-z))
        error = p - y
        return error**2

    g = gt.graph(loss, shapes={"w": 2, "x": 2})
    assert {"z", "p", "error"} <= set(g.ids) and "z = v₁ + b" in g.trace().steps[1].sentence


@pytest.mark.parametrize(
    ("function", "words"),
    [(lambda x: np.spacing(x), "'spacing' of 1 argument is no operation"), (lambda x: np.sum(x, where=[True, False, True]), "'where' is not read"), (lambda x: np.fft.fft(x), "'fft' of"), (lambda x: math.gamma(x), "'gamma' of"),
     (lambda x: np.add.reduce(x), "np.add.reduce is no operation"), (lambda x: np.linalg.norm(x, 1), "'ord' is not read"), (lambda x: x if x[0] > 0 else -x, "no truth of its own"), (lambda x: float(x[0]), "no number while it is built")],
)  # fmt: skip
def test_what_has_no_row_is_named(function: Callable[..., Any], words: str) -> None:
    with pytest.raises(gt.LearnerError) as told:
        gt.graph(function, shapes={"x": 3})
    assert words in str(told.value)


def test_a_function_keeps_its_own_globals() -> None:
    gt.graph(NUMBERS[4])
    assert helper(4.0) == 3.0 and math.sqrt is not None and np.sqrt(4.0) == 2.0


# ----- other libraries, where they are installed -----
SHAPES = {"W1": (3, 2), "b1": (3,), "W2": (1, 3), "x": (2,), "y": (1,)}
POINT = {name: np.random.default_rng(0).normal(size=shape) for name, shape in SHAPES.items()}


def test_a_net_in_torch_is_traced_by_its_names_with_its_gradients() -> None:
    torch = pytest.importorskip("torch")
    F = torch.nn.functional

    def net(W1: Any, b1: Any, W2: Any, x: Any, y: Any) -> Any:
        h = torch.tanh(torch.matmul(W1, x) + b1)
        out = torch.sigmoid(W2 @ h)
        rest = F.relu(x).sum() + torch.relu(x).mean(dim=0) + F.softmax(x, dim=0)[0] + torch.norm(x)
        return F.mse_loss(out, y) + rest + torch.sum(torch.clamp(x, min=-1, max=1))

    traced = gt.graph(net, shapes=SHAPES).trace(at=POINT)
    theirs = {name: torch.tensor(v, requires_grad=True) for name, v in POINT.items()}
    net(**theirs).backward()
    for name in SHAPES:
        assert traced.gradients[name] == pytest.approx(theirs[name].grad.numpy(), abs=1e-10)
    assert {"h", "out", "rest"} <= set(traced.graph.ids)


def test_a_net_in_jax_is_traced_by_its_names_with_its_gradients() -> None:
    jax = pytest.importorskip("jax")
    jnp = jax.numpy

    def net(W1: Any, b1: Any, W2: Any, x: Any, y: Any) -> Any:
        h = jnp.tanh(jnp.dot(W1, x) + b1)
        out = jax.nn.sigmoid(W2 @ h)
        c = jnp.array([1.0, 2.0])
        return jnp.sum((out - y) ** 2) + jnp.linalg.norm(x) + jnp.where(x > 0, x, c * x).sum() + jnp.mean(jnp.maximum(x, c)) + jax.nn.logsumexp(x)  # fmt: skip

    traced = gt.graph(net, shapes=SHAPES).trace(at=POINT)
    with jax.enable_x64(True):
        theirs = jax.grad(lambda d: net(**d))(POINT)
    for name in SHAPES:
        assert traced.gradients[name] == pytest.approx(np.asarray(theirs[name]), abs=1e-10)

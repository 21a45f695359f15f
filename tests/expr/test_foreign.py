"""Programs of PyTorch and JAX as graphs: a two-layer net, an attention head, a GRU cell; gradients equal to theirs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import graphtutor as gt

SEED = np.random.default_rng(20261130)


def drawn(*shape: int) -> np.ndarray:
    return SEED.normal(size=shape)


# ----- JAX -----
def two_layers(p: dict[str, Any], x: Any, y: Any) -> Any:
    import jax.numpy as jnp

    h = jnp.tanh(p["W1"] @ x + p["b1"])
    out = p["W2"] @ h + p["b2"]
    return jnp.mean((out - y) ** 2)


def attention(Q: Any, K: Any, V: Any, X: Any) -> Any:
    import jax
    import jax.numpy as jnp

    scores = (X @ Q) @ (X @ K).T / jnp.sqrt(2.0)
    weights = jax.nn.softmax(scores, axis=-1)
    return jnp.sum((weights @ (X @ V)) ** 2)


def gru(W: Any, U: Any, b: Any, h: Any, x: Any) -> Any:
    import jax
    import jax.numpy as jnp

    z = jax.nn.sigmoid(W[0] @ x + U[0] @ h + b[0])
    r = jax.nn.sigmoid(W[1] @ x + U[1] @ h + b[1])
    fresh = jnp.tanh(W[2] @ x + U[2] @ (r * h) + b[2])
    return jnp.sum((1 - z) * h + z * fresh)


def activations(x: Any) -> Any:
    import jax
    import jax.numpy as jnp

    return (jnp.sum(jax.nn.relu(x)) + jnp.sum(jax.nn.silu(x)) + jnp.stack([x[0], jnp.maximum(x[0], x[1])])[1] * jnp.exp(-x[2])
            + jnp.where(x[0] > 0, x[1] ** 3, jnp.log(1 + x[2] ** 2)))  # fmt: skip


JAX = {
    "two layers": (
        two_layers,
        ({"W1": drawn(3, 2), "b1": drawn(3), "W2": drawn(2, 3), "b2": drawn(2)}, drawn(2), drawn(2)),
    ),
    "attention": (attention, (drawn(3, 2), drawn(3, 2), drawn(3, 2), drawn(4, 3))),
    "activations": (activations, (np.array([0.4, -1.2, 0.9]),)),
}


@pytest.mark.parametrize("name", JAX)
def test_a_function_of_jax_has_its_values_and_gradients(name: str) -> None:
    jax = pytest.importorskip("jax")
    function, example = JAX[name]
    trace = gt.from_jax(function, *example).trace()
    with jax.enable_x64(True):
        value, slopes = jax.value_and_grad(function, argnums=tuple(range(len(example))))(*example)
    assert trace.value == pytest.approx(float(value), rel=1e-12)
    theirs = {str(getattr(path[-1], "key", list(function.__code__.co_varnames)[path[0].idx])): slope
              for path, slope in jax.tree_util.tree_flatten_with_path(slopes)[0]}  # fmt: skip
    assert set(theirs) == {n.name for n in trace.graph.inputs}
    for wrt, slope in theirs.items():
        np.testing.assert_allclose(trace.gradients[wrt], slope, rtol=1e-10, atol=1e-10)


def test_the_users_own_lines_name_the_nodes_of_a_jax_function() -> None:
    pytest.importorskip("jax")
    graph = gt.from_jax(*[JAX["attention"][0], *JAX["attention"][1]])
    assert {"scores", "weights"} <= {n.name for n in graph.nodes}
    assert [n.op for n in graph.nodes if n.name == "weights"] == ["softmax"]


def test_a_gru_cell_in_jax_is_drawn_and_stepped(tmp_path: Any) -> None:
    jax = pytest.importorskip("jax")
    W, U, b = drawn(2, 2), drawn(2, 2), drawn(3, 2)
    h, x = drawn(2), drawn(2)

    def cell(W: Any, U: Any, b: Any, h: Any, x: Any) -> Any:
        return gru((W, W, W), (U, U, U), b, h, x)

    trace = gt.from_jax(cell, W, U, b, h, x).trace()
    with jax.enable_x64(True):
        slopes = jax.grad(cell, argnums=(0, 1, 2, 3, 4))(W, U, b, h, x)
    for wrt, slope in zip(("W", "U", "b", "h", "x"), slopes, strict=True):
        np.testing.assert_allclose(trace.gradients[wrt], slope, rtol=1e-10, atol=1e-10)
    assert trace.draw(tmp_path / "cell.svg", step=len(trace.steps) - 1)[0].exists()


def test_a_primitive_without_a_row_is_named_with_its_line() -> None:
    jax = pytest.importorskip("jax")

    def sorting(x: Any) -> Any:
        return jax.numpy.sort(x)[0]

    with pytest.raises(
        gt.LearnerError, match=r"jax's 'sort' has no row in the table of operations \(line \d+ of test_foreign\.py"
    ):
        gt.from_jax(sorting, np.ones(3))


# ----- PyTorch -----
def modules() -> dict[str, tuple[Any, tuple[Any, ...]]]:
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)

    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = torch.nn.Linear(3, 4), torch.nn.Linear(4, 2)

        def forward(self, x: Any) -> Any:
            h = torch.relu(self.first(x))
            out = self.second(h)
            return -torch.log_softmax(out, dim=-1)[1]

    class Head(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.q, self.k, self.v = (torch.nn.Linear(3, 2, bias=False) for _ in range(3))

        def forward(self, x: Any) -> Any:
            q, k, v = self.q(x), self.k(x), self.v(x)
            weights = torch.softmax(q @ k.T / 2**0.5, dim=-1)
            return (weights @ v).pow(2).sum()

    class Recurrent(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell = torch.nn.GRUCell(2, 3)

        def forward(self, x: Any, h: Any) -> Any:
            state = self.cell(x, h)
            return state.sum()

    return {
        "net": (Net(), (torch.randn(3),)),
        "head": (Head(), (torch.randn(4, 3),)),
        "gru": (Recurrent(), (torch.randn(2), torch.randn(3))),
        "sequence": (
            torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Sigmoid(), torch.nn.Linear(3, 1)),
            (torch.randn(2),),
        ),
    }


@pytest.mark.parametrize("name", ["net", "head", "gru", "sequence"])
def test_a_module_of_torch_has_its_values_and_gradients(name: str) -> None:
    torch = pytest.importorskip("torch")
    module, example = modules()[name]
    trace = gt.from_torch(module, *example).trace()
    doubles = [e.double().requires_grad_() for e in example]
    value = module.double()(*doubles).sum()
    value.backward()
    assert trace.value == pytest.approx(float(value.detach()), rel=1e-12)
    for wrt, parameter in module.named_parameters():
        ours = trace.gradients[wrt.replace(".", "_") if not wrt[0].isdigit() else f"p{wrt.replace('.', '_')}"]
        np.testing.assert_allclose(ours, parameter.grad.numpy(), rtol=1e-10, atol=1e-10)
    assert isinstance(value, torch.Tensor)


def test_an_operation_of_torch_without_a_row_is_named() -> None:
    torch = pytest.importorskip("torch")

    class Sorting(torch.nn.Module):
        def forward(self, x: Any) -> Any:
            return torch.sort(x)[0][0]

    with pytest.raises(
        gt.LearnerError,
        match=r"torch's 'sort' has no row in the table of operations \(line \d+ of test_foreign\.py: return torch\.sort",
    ):
        gt.from_torch(Sorting(), torch.ones(3))

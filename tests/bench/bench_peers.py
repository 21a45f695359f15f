"""Value and gradient beside the strongest peers, and growth: `python tests/bench/bench_peers.py [point] [batch] [growth]`.

The chain is 100 layers of 1/(1 + exp(−(w·x + b))), written out for everybody, so that nobody counts a sigmoid as one operation;
the other is the squared error of 100 features. Building is told apart from calling. CPU time, run in turn, equally often.
"""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np
from peers import Run, cpu, have, in_turn, missing, told

import graphtutor as gt

LAYERS, FEATURES, POINTS = 100, 100, 10_000
AT = {"x": 0.5, "w": 0.5, "b": 0.5}


def chain_text(layers: int) -> str:
    return "\n".join(["h0 = x", *(f"h{k + 1} = 1/(1 + exp(-(w*h{k} + b)))" for k in range(layers))])


def feature_text(features: int) -> str:
    return "(" + " + ".join(f"w{k}*x{k}" for k in range(features)) + " + b - y)**2"


# ----- by hand -----
def hand_chain(x: Any, w: Any, b: Any, exp: Any) -> Any:
    """Return value and gradients of the chain as somebody writes them who knows it: forward kept, then backward."""
    h = [x]
    for _ in range(LAYERS):
        h.append(1 / (1 + exp(-(w * h[-1] + b))))
    g, dw, db = 1.0, 0.0, 0.0
    for k in range(LAYERS, 0, -1):
        s = g * h[k] * (1 - h[k])
        dw, db, g = dw + s * h[k - 1], db + s, s * w
    return h[-1], dw, db, g


# ----- peers at a point -----
def casadi_chain() -> tuple[Run, Run]:
    import casadi as ca

    x, w, b = (ca.SX.sym(n) for n in "xwb")
    h = x
    for _ in range(LAYERS):
        h = 1 / (1 + ca.exp(-(w * h + b)))
    f = ca.Function("f", [x, w, b], [h, ca.gradient(h, ca.vertcat(x, w, b))])
    buffer, call = f.buffer()
    point, out = np.full(3, 0.5), [np.zeros(1), np.zeros(3)]
    for k in range(3):
        buffer.set_arg(k, memoryview(point[k : k + 1]))
    for k in range(2):
        buffer.set_res(k, memoryview(out[k]))
    kept = f, buffer, point, out  # CasADi writes into them and does not hold them
    return (lambda: f(0.5, 0.5, 0.5)), lambda: (call(), kept)


def symengine_chain() -> Run:
    import symengine as se

    x, w, b = se.symbols("x w b")
    h = x
    for _ in range(LAYERS):
        h = 1 / (1 + se.exp(-(w * h + b)))
    f = se.Lambdify([x, w, b], [h, *(h.diff(s) for s in (x, w, b))], cse=True, backend="llvm")
    point = np.full(3, 0.5)
    return lambda: f(point)


def heyoka_chain() -> Run:
    import heyoka as hy

    x, w, b = hy.make_vars("x", "w", "b")
    h = x
    for _ in range(LAYERS):
        h = 1.0 / (1.0 + hy.exp(-(w * h + b)))
    slopes = hy.diff_tensors([h], diff_args=[x, w, b], diff_order=1)
    f = hy.cfunc([h, *(e for _, e in slopes.get_derivatives(1))], vars=[x, w, b])
    point, out = np.full(3, 0.5), np.zeros(4)
    return lambda: f(point, outputs=out)


def jax_chain(points: int) -> Run:
    import jax

    jax.config.update("jax_enable_x64", True)
    layer = lambda h, w, b: 1 / (1 + jax.numpy.exp(-(w * h + b)))  # noqa: E731

    def loss(x: Any, w: Any, b: Any) -> Any:
        for _ in range(LAYERS):
            x = layer(x, w, b)
        return x

    one = jax.value_and_grad(loss, argnums=(0, 1, 2))
    call = jax.jit(jax.vmap(one, in_axes=(0, None, None)) if points else one)
    x = np.linspace(0, 1, points) if points else 0.5
    return lambda: jax.block_until_ready(call(x, 0.5, 0.5))


def torch_chain(points: int) -> Run:
    import torch

    torch.set_num_threads(1)
    start = torch.linspace(0, 1, points or 1, dtype=torch.float64)

    def run() -> Any:
        x = start.clone().requires_grad_()
        w, b = (torch.full_like(start, 0.5, requires_grad=True) for _ in range(2))
        h = x
        for _ in range(LAYERS):
            h = 1 / (1 + torch.exp(-(w * h + b)))
        return torch.autograd.grad(h.sum(), (x, w, b))

    return run


def point() -> None:
    missing("casadi", "symengine", "heyoka", "jax", "torch")
    text = chain_text(LAYERS)
    building = cpu(lambda: gt.graph(text).function())
    f = gt.graph(text).function()
    runs: dict[str, Run] = {
        "ours": lambda: f(AT),
        "by hand, Python floats": lambda: hand_chain(0.5, 0.5, 0.5, math.exp),
    }
    if have("casadi"):
        runs["CasADi, a call"], runs["CasADi, with its buffers"] = casadi_chain()
    if have("symengine"):
        runs["SymEngine (LLVM)"] = symengine_chain()
    if have("heyoka"):
        runs["heyoka (LLVM)"] = heyoka_chain()
    if have("jax"):
        runs["JAX, compiled"] = jax_chain(0)
    if have("torch"):
        runs["PyTorch"] = torch_chain(0)
    told(f"value and gradient of a chain of {LAYERS} layers, at a point", in_turn(runs))
    print(f"  (reading, building and compiling ours: {building * 1e3:.0f} ms; every gradient written out: {cpu(lambda: gt.graph(text).gradient('w')) * 1e3:.0f} ms)")  # fmt: skip


# ----- batches -----
def batch() -> None:
    xs = np.linspace(0, 1, POINTS)
    f = gt.graph(chain_text(LAYERS)).function()
    runs: dict[str, Run] = {
        "ours": lambda: f({"x": xs, "w": 0.5, "b": 0.5}),
        "by hand, NumPy": lambda: hand_chain(xs, 0.5, 0.5, np.exp),
    }
    if have("jax"):
        runs["JAX, compiled, vmap"] = jax_chain(POINTS)
    if have("torch"):
        runs["PyTorch, vectorised"] = torch_chain(POINTS)
    told(f"the chain, {POINTS:,} points", in_turn(runs, 3))
    rng = np.random.default_rng(0)
    X, y, w = rng.normal(size=(POINTS, FEATURES)), rng.normal(size=POINTS), rng.normal(size=FEATURES)
    scalars = gt.graph(feature_text(FEATURES)).function(reduce="sum")
    vectors = gt.graph("(w@x + b - y)**2", shapes={"w": FEATURES, "x": FEATURES}).function(reduce="sum")
    columns = {f"x{k}": np.ascontiguousarray(X[:, k]) for k in range(FEATURES)}
    at = {**{f"w{k}": w[k] for k in range(FEATURES)}, **columns, "b": 0.1, "y": y}
    runs = {"ours, 100 names": lambda: scalars(at), "ours": lambda: vectors({"w": w, "x": X, "b": 0.1, "y": y}),
            "by hand, NumPy, the same gradients": lambda: by_hand(X, y, w)}  # fmt: skip
    if have("jax"):
        import jax

        jax.config.update("jax_enable_x64", True)
        call = jax.jit(jax.value_and_grad(lambda w, x, b, y: ((x @ w + b - y) ** 2).sum(), argnums=(0, 1, 2, 3)))
        runs["JAX, compiled"] = lambda: jax.block_until_ready(call(w, X, 0.1, y))
    if have("torch"):
        import torch

        tensors = [torch.tensor(v, requires_grad=True) for v in (w, X, np.float64(0.1), y)]
        runs["PyTorch, vectorised"] = lambda: torch.autograd.grad(((tensors[1] @ tensors[0] + tensors[2] - tensors[3]) ** 2).sum(), tensors)  # fmt: skip
    told(f"squared error of {FEATURES} features, {POINTS:,} points, gradients of weights and data", in_turn(runs, 3))


def by_hand(X: Any, y: Any, w: Any) -> Any:
    e = X @ w + 0.1 - y
    d = 2 * e
    return e @ e, X.T @ d, np.multiply.outer(d, w), d.sum(), -d


# ----- growth -----
def nested(layers: int) -> str:
    return "\n".join(["h0 = x", *(f"h{k + 1} = tanh(w{k}*h{k} + b{k})" for k in range(layers))])


def tree(layers: int) -> Any:
    import sympy as sp

    found: Any = sp.Symbol("x")
    for k in range(layers):
        found = sp.sin(sp.Mul(sp.Symbol(f"w{k}"), found, evaluate=False), evaluate=False)
    return found


GROWTH: dict[str, tuple[Any, Any, tuple[int, ...]]] = {
    "reading a chain": (nested, gt.graph, (30, 100, 300, 1000)),
    "compiling it": (lambda n: gt.graph(nested(n)), lambda g: g.function(), (30, 100, 300, 1000)),
    "a trace of it, its steps": (lambda n: gt.graph(nested(n)), lambda g: g.trace(at={n.name: 0.5 for n in g.inputs}).steps, (30, 100, 300)),
    "one gradient of it written out": (lambda n: gt.graph(nested(n)), lambda g: g.gradient("w0"), (100, 300, 1000)),
    "one gradient of many features": (lambda n: gt.graph(feature_text(n)), lambda g: g.gradient("w0"), (100, 300, 1000)),
    "its check": (lambda n: gt.graph(nested(n)), gt.check, (10, 30, 100)),
    "a derivation of a chain": (tree, lambda t: gt.derive(t, "x"), (30, 100, 300)),
}  # fmt: skip


def growth() -> None:
    """Print CPU milliseconds by size, and the exponent of a line fitted through their logarithms."""
    print("\ngrowth: milliseconds by layers or features, and the exponent fitted")
    for what, (make, ask, sizes) in GROWTH.items():
        ask(make(4))
        times = []
        for size in sizes:
            given = make(size)
            times.append(cpu(lambda given=given, ask=ask: ask(given)) * 1e3)
        slope = np.polyfit(np.log(sizes), np.log(times), 1)[0]
        print(
            f"  {what:34} {', '.join(f'{n}: {t:.1f}' for n, t in zip(sizes, times, strict=True)):60} {slope:5.2f}",
            flush=True,
        )


if __name__ == "__main__":
    for part in (point, batch, growth):
        if not sys.argv[1:] or part.__name__ in sys.argv[1:]:
            part()

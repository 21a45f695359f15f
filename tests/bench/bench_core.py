"""Ratios against peers, measured in one run: `python tests/bench/bench_core.py` prints the table.

Peers that are not installed are left out and said so. Times are the best of several runs; only the
ratios are meant.
"""

from __future__ import annotations

import importlib.util
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import sympy as sp
from sympy.core.cache import clear_cache

from graphtutor.compiled.function import compiled
from graphtutor.expr.adjoint import backward
from graphtutor.expr.graph import Graph
from graphtutor.expr.tracer import Builder
from graphtutor.front.api import graph as make
from graphtutor.picture.files import fonts
from graphtutor.picture.steps import dot, svg
from graphtutor.picture.steps.frames import Frame, film
from graphtutor.picture.steps.layout import arrange, shortened


def best(run: Callable[[], object], times: int, row: int = 1) -> float:
    """Return the least seconds of a call, each measure over `row` calls one after another, as a program makes them."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        for _ in range(row):
            run()
        seconds.append((time.perf_counter() - start) / row)
    return min(seconds)


def turns(one: Callable[[], object], other: Callable[[], object], times: int) -> tuple[float, float]:
    """Return the least seconds of two, run in turn so that both meet the same machine."""
    seconds = [(best(one, 1), best(other, 1)) for _ in range(times)]
    return min(a for a, _ in seconds), min(b for _, b in seconds)


def row(what: str, ratio: float, asked: str, note: str = "") -> None:
    print(f"{what:80} {ratio:12,.1f}   {asked:>12}   {note}", flush=True)


def have(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def chain(layers: int, shared: bool = False, whole: bool = True) -> Graph:
    """Return sigmoid(w·x + b) of itself, with one w and b or with new ones a layer; not `whole`: 1/(1 + exp(−(w·x + b))), six operations."""
    b = Builder()
    x = b.input("x")
    one = b.constant(1) if not whole else 0
    for k in range(layers):
        w, c = (b.input("w"), b.input("b")) if shared else (b.input(f"w{k}"), b.input(f"b{k}"))
        x = b.add("add", (b.add("mul", (w, x)), c))
        x = (
            b.add("sigmoid", (x,))
            if whole
            else b.add("div", (one, b.add("add", (one, b.add("exp", (b.add("neg", (x,)),))))))
        )
    return b.graph(x)


def squared_error(features: int) -> Graph:
    b = Builder()
    total = b.input("b")
    for k in range(features):
        total = b.add("add", (total, b.add("mul", (b.input(f"w{k}"), b.input(f"x{k}")))))
    return b.graph(b.add("power", (b.add("sub", (total, b.input("y"))),), (2,)))


# ----- (a) symbolic gradients -----
def symbolic() -> None:
    x = sp.Symbol("x")
    y, names = x, [x]
    for k in range(20):
        w, c = sp.symbols(f"w{k} b{k}")
        names += [w, c]
        y = 1 / (1 + sp.exp(-(w * y + c)))
    peer = min(cold(y, names) for _ in range(2))
    build, walk = best(lambda: chain(20), 30), best(lambda: backward(chain20), 60)
    row("(a) 20-layer chain, graph + adjoints, against sympy.diff per input", peer / (build + walk), ">= 5,000")
    row("(a)   the adjoint pass alone", peer / walk, ">= 20,000")
    out = best(lambda: written(chain20), 1)
    row(
        "(a)   with every gradient written out as a SymPy expression",
        peer / (build + walk + out),
        "apart",
        f"writing out {out * 1e3:.0f} ms, the rest {(build + walk) * 1e3:.2f} ms",
    )
    n = 1000
    ws, xs = sp.symbols(f"w0:{n}"), sp.symbols(f"x0:{n}")
    loss = (sp.Add(*[p * q for p, q in zip(ws, xs, strict=True)]) + sp.Symbol("b") - sp.Symbol("y")) ** 2
    some = [*ws[:40], *xs[:40]]
    peer = min(cold(loss, some) for _ in range(2)) / len(some) * (2 * n + 2)
    big = squared_error(n)
    build, walk = best(lambda: squared_error(n), 5), best(lambda: backward(big), 10)
    row(
        "(a) 1,000-feature squared error, graph + adjoints",
        peer / (build + walk),
        ">= 1,500",
        "SymPy timed on 80 of its 2,002 inputs",
    )
    row("(a)   the adjoint pass alone", peer / walk, ">= 8,000")
    sizes = {layers: best(lambda layers=layers: backward(chains[layers]), 3) for layers in chains}
    (few, low), (many, high) = sizes.items()
    row(f"(a) time for {many // few} times the nodes (up to {len(chains[many]):,})", high / low, f"about {many // few}")
    if have("casadi"):
        import casadi as ca

        v = [ca.SX.sym("v") for _ in range(2 * 20000 + 1)]
        z = v[0]
        for k in range(20000):
            z = 1 / (1 + ca.exp(-(v[2 * k + 1] * z + v[2 * k + 2])))
        inputs = ca.vertcat(*v)
        row(
            "(a) adjoints of 100,000 nodes: times CasADi's C++ gradient",
            high / best(lambda: ca.gradient(z, inputs), 3),
            "<= 20",
        )


def cold(expression: sp.Expr, names: list[sp.Symbol]) -> float:
    """Return the seconds of `sympy.diff`, called once for each name, with SymPy's cache cold."""
    clear_cache()
    return best(lambda: [sp.diff(expression, s) for s in names], 1)


def written(graph: Graph) -> list[sp.Expr]:
    """Return every gradient as a SymPy expression, with SymPy's cache cold."""
    clear_cache()
    walk = backward(graph)
    return [walk.extended.expression(walk.gradient[n.id]) for n in graph.inputs]


chain20 = chain(20)
chains = {layers: chain(layers) for layers in (2000, 20000)}


# ----- (b) numbers -----
POINT = {"x": 0.5, "w": 0.5, "b": 0.5}


def numeric() -> None:
    """The chain of 100 layers written out, 1/(1 + exp(−(w·x + b))), some 600 nodes for everybody; then with a sigmoid of one operation for those who have it."""
    chain_of(whole=False)
    chain_of(whole=True)


def chain_of(whole: bool) -> None:
    g = chain(100, shared=True, whole=whole)
    f, value = compiled(g), compiled(g, wrt=())
    many = {"x": np.linspace(0, 1, 10_000), "w": 0.5, "b": 0.5}
    ours, alone, batch = (
        best(lambda: f(POINT), 40, 100),
        best(lambda: value(POINT), 40, 100),
        best(lambda: f(many), 20) / 10_000,
    )
    row(
        f"(b) 100 layers, {'a sigmoid each' if whole else 'written out'}: value and gradient, times the value alone",
        ours / alone,
        "<= 3",
        f"{len(g)} nodes, ours {ours * 1e6:.1f} µs",
    )
    if have("micrograd"):
        peer = best(micrograd_chain, 20, 3)
        row("(b)   against micrograd", peer / ours, ">= 80")
        row("(b)   a batch of 10,000 points, per point", peer / batch, ">= 1,000", f"ours {batch * 1e6:.2f} µs")
    if have("torch"):
        row("(b)   against PyTorch on the CPU", best(torch_chain(whole), 20, 3) / ours, ">= 150")
    if have("jax"):
        row("(b)   against a compiled JAX call", best(jax_chain(whole), 40, 100) / ours, ">= 3")


def micrograd_chain() -> object:
    import math

    from micrograd.engine import Value

    sys.setrecursionlimit(100_000)

    def exp(v: Value) -> Value:
        out = Value(math.exp(v.data), (v,), "exp")

        def push() -> None:
            v.grad += out.data * out.grad

        out._backward = push
        return out

    x, w, b = Value(0.5), Value(0.5), Value(0.5)
    for _ in range(100):
        x = 1 / (1 + exp(-(w * x + b)))
    x.backward()
    return w.grad


def torch_chain(whole: bool) -> Callable[[], object]:
    import torch

    layer = torch.sigmoid if whole else lambda z: 1 / (1 + torch.exp(-z))

    def run() -> object:
        x, w, b = (torch.tensor(0.5, dtype=torch.float64, requires_grad=True) for _ in range(3))
        z = x
        for _ in range(100):
            z = layer(w * z + b)
        return torch.autograd.grad(z, (x, w, b))

    return run


def jax_chain(whole: bool) -> Callable[[], object]:
    import jax

    layer = jax.nn.sigmoid if whole else lambda z: 1 / (1 + jax.numpy.exp(-z))

    def loss(x: float, w: float, b: float) -> float:
        for _ in range(100):
            x = layer(w * x + b)
        return x

    call = jax.jit(jax.value_and_grad(loss, argnums=(0, 1, 2)))
    call(0.5, 0.5, 0.5)
    return lambda: jax.block_until_ready(call(0.5, 0.5, 0.5))


# ----- (c) pictures -----
STEPS = 40
DRAWN = {
    "15-node": "a = w*x\nb = a + w\nc = b*a\nd = c - x\ne = d*b\nf = e + a\ng = f*d\nh = g - c\ni = h*e\nj = i + g\nk = j*h\nl = k - b\nL = l*f",
    "200-node": "f = " + " + ".join(f"w{k}*x{k}" for k in range(49)) + " + b\nL = (f - y)**2",
}


def pictures() -> None:
    """Forty steps, given what each says: laid out and painted here, nothing kept from a run before; the peer is a `dot` process for each step's own DOT text."""
    if shutil.which("dot") is None:
        print("(c) left out: no dot on PATH to compare with")
        return
    for label, text in DRAWN.items():
        g = make(text)
        t = g.trace(at={n.name: 0.5 for n in g.inputs})
        frames = film(t)
        chosen = [k * len(frames) // STEPS for k in range(STEPS)]
        layout = arrange(frames)
        texts = [
            dot.source(frames[k], layout).source.replace("graph [", "graph [rankdir=LR ordering=in ", 1) for k in chosen
        ]
        ours, peer = turns(
            lambda frames=frames, chosen=chosen: painted(frames, chosen),
            lambda texts=texts: [drawn_by_dot(text) for text in texts[::8]],
            8,
        )
        peer *= 8
        row(
            f"(c) {STEPS} pictures of a {label} graph ({len(g)} nodes), against a dot process each",
            peer / ours,
            ">= 25",
            f"ours {ours * 1e3:.0f} ms",
        )
        row("(c)   how far a box moves from step to step, in points", farthest([places(svg, SVG_BOX) for svg in painted(frames, chosen)]), "< 0.01",
            f"dot moves one by {farthest([places(drawn_by_dot(text), DOT_BOX) for text in texts]):.0f}")  # fmt: skip


def painted(frames: Sequence[Frame], chosen: list[int]) -> list[str]:
    for cached in (svg.path, svg.n, svg.text, svg.arrow, shortened, fonts.ems):
        cached.cache_clear()
    brush = svg.Brush(arrange(frames))
    return [brush.paint(frames[k]) for k in chosen]


def drawn_by_dot(text: str) -> str:
    return subprocess.run(["dot", "-Tsvg"], input=text, capture_output=True, text=True, check=True).stdout


SVG_BOX = re.compile(r'<g id="(n\d+)" class="node[^"]*">.*?<rect x="([-\d.]+)" y="([-\d.]+)"')
DOT_BOX = re.compile(r'<title>(n\d+)</title>\n<(?:polygon|path) [^>]*?(?:points="|d="M)([-\d.]+),([-\d.]+)')


def places(picture: str, box: re.Pattern[str]) -> dict[str, tuple[float, float]]:
    """Return where the boxes of a picture stand: a corner of each."""
    return {name: (float(x), float(y)) for name, x, y in box.findall(picture)}


def farthest(pictures: list[dict[str, tuple[float, float]]]) -> float:
    """Return how far a box moves at most from one picture to the next."""
    return max(
        math.dist(now[name], place)
        for before, now in pairwise(pictures)
        for name, place in before.items()
        if name in now
    )


# ----- (d) the shell -----
def shell() -> None:
    plain = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }  # a user's Python keeps what it compiled

    def run(*words: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, *words], capture_output=True, check=True, env=plain)

    ours, bare = turns(run("-m", "graphtutor", "--help"), run("-c", "pass"), 12)
    row("(d) graphtutor --help, times bare python", ours / bare, "<= 8")
    with tempfile.TemporaryDirectory() as folder:
        draw = (
            "-m",
            "graphtutor",
            "draw",
            "f = w*x + b; L = (f - y)**2",
            "--at",
            "w=2,x=3,b=1,y=5",
            "-o",
            f"{folder}/graph.svg",
        )
        ours, tree = turns(run(*draw), run("-c", "import sympy"), 8)
    row("(d) graphtutor draw, times import sympy", ours / tree, "<= 1.8")


if __name__ == "__main__":
    print(f"{'what':80} {'ratio':>12}   {'asked':>12}")
    for part in (symbolic, numeric, pictures, shell):
        if not sys.argv[1:] or part.__name__ in sys.argv[1:]:
            part()

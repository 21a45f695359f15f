"""Sixty gradients at edges, kinks and filled-in points, beside peers: `python tests/bench/bench_edges.py [-v]`.

Truth is the function's own: its one-sided difference quotients at 60 digits, from mpmath. A gradient is right where it is
the slope, at a kink where it lies between the two slopes, at an upright tangent where it is that infinity. The function is
defined at every point here and never jumps. Every library gets the same Python function, in its own functions of the same
names; a choice gets both branches, as each library's `where` does.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import mpmath
import numpy as np
from peers import have

import graphtutor as gt

Case = tuple[str, Callable[[Any, Any], Any], float]
CASES: list[Case] = [
    ("|x|", lambda f, x: f.abs(x), 0.0),
    ("|x|³", lambda f, x: f.abs(x) ** 3, 0.0),
    ("x·|x|", lambda f, x: x * f.abs(x), 0.0),
    ("||x| − 1|", lambda f, x: f.abs(f.abs(x) - 1), 1.0),
    ("|sin x|", lambda f, x: f.abs(f.sin(x)), 0.0),
    ("|x² − 1|", lambda f, x: f.abs(x**2 - 1), -1.0),
    ("max(x, 0)", lambda f, x: f.max(x, 0 * x), 0.0),
    ("max(x, 0)²", lambda f, x: f.max(x, 0 * x) ** 2, 0.0),
    ("max(x, x)", lambda f, x: f.max(x, x), 1.5),
    ("max(x, −x)", lambda f, x: f.max(x, -x), 0.0),
    ("max(x, x²)", lambda f, x: f.max(x, x**2), 1.0),
    ("max(2x, x²)", lambda f, x: f.max(2 * x, x**2), 2.0),
    ("max(x, sin x)", lambda f, x: f.max(x, f.sin(x)), 0.0),
    ("max(max(x, 0), 0)", lambda f, x: f.max(f.max(x, 0 * x), 0 * x), 0.0),
    ("max(x, 0) − max(−x, 0)", lambda f, x: f.max(x, 0 * x) - f.max(-x, 0 * x), 0.0),
    ("max(x, 0) + min(x, 0)", lambda f, x: f.max(x, 0 * x) + f.min(x, 0 * x), 0.0),
    ("min(x, 1)", lambda f, x: f.min(x, 1 + 0 * x), 1.0),
    ("min(max(x, 0), 1)", lambda f, x: f.min(f.max(x, 0 * x), 1 + 0 * x), 1.0),
    ("min(x², 1)", lambda f, x: f.min(x**2, 1 + 0 * x), 1.0),
    ("max(0, 1 − x)", lambda f, x: f.max(0 * x, 1 - x), 1.0),
    ("max(0, 1 − x)²", lambda f, x: f.max(0 * x, 1 - x) ** 2, 1.0),
    ("√x", lambda f, x: f.sqrt(x), 0.0),
    ("√(x²)", lambda f, x: f.sqrt(x**2), 0.0),
    ("√(x⁴)", lambda f, x: f.sqrt(x**4), 0.0),
    ("x·√x", lambda f, x: x * f.sqrt(x), 0.0),
    ("√x³", lambda f, x: f.sqrt(x) ** 3, 0.0),
    ("√(x² + x⁴)", lambda f, x: f.sqrt(x**2 + x**4), 0.0),
    ("√|x|·|x|", lambda f, x: f.sqrt(f.abs(x)) * f.abs(x), 0.0),
    ("√(1 − x)", lambda f, x: f.sqrt(1 - x), 1.0),
    ("√(1 − cos x)", lambda f, x: f.sqrt(1 - f.cos(x)), 0.0),
    ("exp(√(x²))", lambda f, x: f.exp(f.sqrt(x**2)), 0.0),
    ("x²", lambda f, x: x**2, 0.0),
    ("x¹", lambda f, x: x**1, 0.0),
    ("x⁰", lambda f, x: x**0 + 0 * x, 0.0),
    ("x^1.5", lambda f, x: x**1.5, 0.0),
    ("x^2.5", lambda f, x: x**2.5, 0.0),
    ("x^0.5", lambda f, x: x**0.5, 0.0),
    ("x³ at −2", lambda f, x: x**3, -2.0),
    ("(x − 1)⁴", lambda f, x: (x - 1) ** 4, 1.0),
    ("where(x > 0, √x, 0)", lambda f, x: f.where(x > 0, lambda: f.sqrt(x), lambda: 0 * x), -1.0),
    ("where(x > 0, log x, 0)", lambda f, x: f.where(x > 0, lambda: f.log(x), lambda: 0 * x), -1.0),
    ("where(x > 0, 1/x, x)", lambda f, x: f.where(x > 0, lambda: 1 / x, lambda: x), -1.0),
    ("where(x > 0, 1/x, x) at 0", lambda f, x: f.where(x > 0, lambda: 1 / (x + 0 * x), lambda: x), -0.5),
    ("where(x ≥ 0, x, x/2)", lambda f, x: f.where(x >= 0, lambda: x, lambda: x / 2), 0.0),
    ("where(x > 0, x², −x²)", lambda f, x: f.where(x > 0, lambda: x**2, lambda: -(x**2)), 0.0),
    ("where(x > 0, x, exp x − 1)", lambda f, x: f.where(x > 0, lambda: x, lambda: f.exp(x) - 1), 0.0),
    ("elu(1000)", lambda f, x: f.where(x > 0, lambda: x, lambda: f.exp(x) - 1), 1000.0),
    ("where(x < 700, exp(−x), 0)", lambda f, x: f.where(x > -700, lambda: f.exp(-x), lambda: 0 * x), 1.0),
    ("where(x > 0, √(x²), 0) at −1", lambda f, x: f.where(x > 0, lambda: f.sqrt(x - 1), lambda: x**2), -1.0),
    ("1/(1 + exp(−x)) at 800", lambda f, x: 1 / (1 + f.exp(-x)), 800.0),
    ("1/(1 + exp(−x)) at −800", lambda f, x: 1 / (1 + f.exp(-x)), -800.0),
    ("log(1 + exp x) at 800", lambda f, x: f.log(1 + f.exp(x)), 800.0),
    ("log(1 + exp x) at −800", lambda f, x: f.log(1 + f.exp(x)), -800.0),
    ("tanh at 400", lambda f, x: f.tanh(x), 400.0),
    ("tanh at 0", lambda f, x: f.tanh(x), 0.0),
    ("exp(−x²) at 40", lambda f, x: f.exp(-(x**2)), 40.0),
    ("x·exp(−x) at 800", lambda f, x: x * f.exp(-x), 800.0),
    ("log(exp x) at 300", lambda f, x: f.log(f.exp(x)), 300.0),
    ("log(x²) at −1", lambda f, x: f.log(x**2), -1.0),
    ("|x|·x²", lambda f, x: f.abs(x) * x**2, 0.0),
]


def real(run: Callable[..., Any]) -> Callable[..., Any]:
    def safe(*args: Any) -> Any:
        out = run(*args)
        return mpmath.nan if isinstance(out, mpmath.mpc) else out

    return safe


MP = SimpleNamespace(abs=abs, max=max, min=min, sin=mpmath.sin, cos=mpmath.cos, tanh=mpmath.tanh, exp=mpmath.exp, log=real(mpmath.log),
                     sqrt=real(mpmath.sqrt), where=lambda c, a, b: a() if c else b())  # fmt: skip


def truth(function: Callable[[Any, Any], Any], at: float) -> tuple[float, float]:
    """Return the slopes from below and from above; where the function ends at the point, the one slope twice."""
    with mpmath.workdps(1000):  # exp(−800) and the like keep their digits
        x, sides = mpmath.mpf(at), []
        here = function(MP, x)
        for sign in (-1, 1):
            slopes = []
            for digits in (20, 40):
                h = sign * mpmath.mpf(10) ** -digits
                value = function(MP, x + h)
                slopes.append(mpmath.nan if isinstance(value, mpmath.mpc) else (value - here) / h)
            if all(s == s for s in slopes):
                steep = abs(slopes[1]) > 1000 * abs(slopes[0]) > 0 and abs(slopes[1]) > 1e6
                flat = abs(slopes[1]) * 1000 < abs(slopes[0]) and abs(slopes[0]) < 1e-6
                sides.append(float(mpmath.sign(slopes[1]) * mpmath.inf if steep else 0 if flat else slopes[1]))
    return min(sides), max(sides)


def right(got: Any, low: float, high: float) -> bool:
    try:
        value = float(got)
    except (TypeError, ValueError):
        return False
    if math.isinf(low) or math.isinf(high):
        return value in (low, high)
    room = 1e-9 * max(abs(low), abs(high), 1e-6) + 1e-300
    return low - room <= value <= high + room


# ----- each library's own functions -----
def ours(function: Any, at: float) -> Any:
    f = gt.fn
    mine = SimpleNamespace(abs=f.abs, max=f.max, min=f.min, sin=f.sin, cos=f.cos, tanh=f.tanh, exp=f.exp, log=f.log, sqrt=f.sqrt,
                           where=lambda c, a, b: f.where(c, a(), b()))  # fmt: skip
    return gt.graph(lambda x: function(mine, x)).function()({"x": at})[1]["x"]


def like_numpy(np_: Any, where: Any, **more: Any) -> SimpleNamespace:
    names = {"abs": np_.abs, "sin": np_.sin, "cos": np_.cos, "tanh": np_.tanh, "exp": np_.exp, "log": np_.log, "sqrt": np_.sqrt, "max": np_.maximum, "min": np_.minimum}  # fmt: skip
    return SimpleNamespace(**{**names, "where": where, **more})


def by_jax(function: Any, at: float) -> Any:
    import jax

    jax.config.update("jax_enable_x64", True)
    f = like_numpy(jax.numpy, lambda c, a, b: jax.numpy.where(c, a(), b()))
    return jax.grad(lambda x: function(f, x))(at)


def by_torch(function: Any, at: float) -> Any:
    import torch

    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    f = like_numpy(torch, lambda c, a, b: torch.where(c, a(), b()))
    function(f, x).backward()
    return x.grad


def by_autograd(function: Any, at: float) -> Any:
    import autograd
    import autograd.numpy as anp

    f = like_numpy(anp, lambda c, a, b: anp.where(c, a(), b()))
    with np.errstate(all="ignore"):
        return autograd.grad(lambda x: function(f, x))(at)


def by_casadi(function: Any, at: float) -> Any:
    import casadi as ca

    f = SimpleNamespace(abs=ca.fabs, max=ca.fmax, min=ca.fmin, sin=ca.sin, cos=ca.cos, tanh=ca.tanh, exp=ca.exp, log=ca.log, sqrt=ca.sqrt,
                        where=lambda c, a, b: ca.if_else(c, a(), b()))  # fmt: skip
    x = ca.SX.sym("x")
    return ca.Function("g", [x], [ca.gradient(function(f, x), x)])(at)


def by_sympy(function: Any, at: float) -> Any:
    import sympy as sp

    f = SimpleNamespace(abs=sp.Abs, max=sp.Max, min=sp.Min, sin=sp.sin, cos=sp.cos, tanh=sp.tanh, exp=sp.exp, log=sp.log, sqrt=sp.sqrt,
                        where=lambda c, a, b: sp.Piecewise((a(), c), (b(), True)))  # fmt: skip
    x = sp.Symbol("x", real=True)
    return sp.diff(function(f, x), x).subs(x, sp.Rational(at)).evalf()


LIBRARIES = {"ours": ("graphtutor", ours), "JAX": ("jax", by_jax), "PyTorch": ("torch", by_torch), "autograd": ("autograd", by_autograd),
             "CasADi": ("casadi", by_casadi), "SymPy": ("sympy", by_sympy)}  # fmt: skip


def main() -> None:
    there = {name: run for name, (module, run) in LIBRARIES.items() if have(module)}
    print(f"{len(CASES)} cases; left out, not installed: {', '.join(set(LIBRARIES) - set(there)) or 'none'}")
    counts = dict.fromkeys(there, 0)
    for name, function, at in CASES:
        low, high = truth(function, at)
        got: dict[str, Any] = {}
        for library, run in there.items():
            try:
                got[library] = run(function, at)
            except Exception as error:
                got[library] = type(error).__name__
            counts[library] += right(got[library], low, high)
        if "-v" in sys.argv:
            wrong = {k: str(v) for k, v in got.items() if not right(v, low, high)}
            print(
                f"  {name:30} at {at:6g}: slope {low:g}{'' if low == high else f' to {high:g}'}; wrong: {wrong or 'none'}"
            )
    for library, count in sorted(counts.items(), key=lambda kv: -kv[1]):
        print(f"{library:10} {count:3} of {len(CASES)} right, {100 * count / len(CASES):.0f} %")


if __name__ == "__main__":
    main()

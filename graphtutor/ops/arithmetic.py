"""Rows of sums, products, quotients, powers and roots."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from . import arrays, folds, heads
from .arrays import Entry
from .miswritten import (
    brackets_lost,
    cancelled,
    divided_by_terms,
    exponent,
    exponents_added,
    exponents_multiplied,
    firsts,
    followed,
    inside,
    many,
    power_brackets_lost,
    powers_of_terms,
    quotient_brackets_lost,
    quotient_whole,
    roots_joined,
    roots_of_terms,
    sign_kept,
)
from .notation import PRODUCT, Notation, Style, flat, infix
from .row import ALL, EACH, Row, Slip
from .tracing import f, is_zero, product


def power_code(u: Any, n: Any) -> Any:
    """Return uⁿ for a constant n; a Fraction stays exact when n is a whole number."""
    if isinstance(n, Fraction) and n.denominator == 1:
        n = n.numerator
    if isinstance(n, int):
        if isinstance(u, np.ndarray) and u.dtype != object:
            return u * u if n == 2 else u ** float(n)
        if isinstance(u, Fraction | int):
            return exact_power(u, n)
        return symbolic_power(u, n) if isinstance(u, sp.Rational) else u**n
    return _power(u, n)


def exact_power(u: Fraction | int, n: int) -> Any:
    """Return uⁿ exactly; as a float, infinite where it is too large for one, if it had more than MOST_BITS bits.

    >>> exact_power(Fraction(2, 3), 2), exact_power(Fraction(1, 3), 10**12), exact_power(-1, 10**30)
    (Fraction(4, 9), 0.0, Fraction(1, 1))
    """
    u = Fraction(u)
    bits = max(u.numerator.bit_length(), u.denominator.bit_length())
    if abs(n) * bits <= MOST_BITS or u in (-1, 0, 1):
        return u**n
    return float(u) ** float(n)


def power_text(n: Any) -> str:
    whole = n == int(n) and abs(n) < 1000
    return "{0} * {0}" if n == 2 else f"{{0}} ** {int(n)}" if whole else f"pow({{0}}, {float(n)!r})"


def real_power(u: Any, v: Any) -> Any:
    """Return u^v over the reals: undefined (nan) for a negative u unless v is whole."""
    if isinstance(u, Fraction | int) and isinstance(v, Fraction | int) and Fraction(v).denominator == 1 and abs(Fraction(v)) < 1000:
        return exact_power(u, int(v))
    if isinstance(u, np.ndarray) or isinstance(v, np.ndarray):
        return np.power(np.asarray(u, dtype=float), np.asarray(v, dtype=float))
    u, v = float(u), float(v)
    return arrays.on_float(lambda a: math.nan if a < 0 and v != int(v) else a**v, lambda a: np.power(a, v), u)


def symbolic_power(u: Any, v: Any) -> Any:
    """Return uᵛ over SymPy; nan for a number of more than MOST_BITS bits, which SymPy would write out digit by digit.

    >>> symbolic_power(sp.Integer(2), sp.Integer(3)), symbolic_power(sp.Integer(10), -(10**8))
    (8, nan)
    """
    numbers = isinstance(u, sp.Rational) and isinstance(v, int | sp.Integer) and u not in (-1, 0, 1)
    return sp.nan if numbers and abs(int(v)) * max(u.p.bit_length(), u.q.bit_length()) > MOST_BITS else u**v


MOST_BITS = 100_000  # of an exact number


_power = Entry(real_power, lambda m, u, v: symbolic_power(u, v) if m is sp else (m.nan if u < 0 and v != int(v) else u**v), exact=True)


def power_local(y: Any, u: Any, n: Any) -> tuple[Any]:
    if n == 2:
        return (2 * u,)
    if n in (0, 1):
        return (n + 0 * u if n == 0 else 1,)
    slope = n * f.power(u, params=(n - 1,))
    return (least(slope, u, u) if n < 1 else slope,)


def least(slope: Any, at: Any, u: Any) -> Any:
    """Return the slope of a root of `u`, 0 where `at` is 0 and `u` is never below: at the tip that |u| has, 0 is the least of all slopes."""
    return f.tip(slope, at) if u.facts.positive else slope


def added(*a: Any) -> Any:
    """Return a sum; SymPy sorts the terms of a long one once."""
    return sp.Add(*a) if len(a) > 2 and all(isinstance(v, sp.Expr) for v in a) else sum(a[1:], start=a[0])


def multiplied(*a: Any) -> Any:
    return sp.Mul(*a) if len(a) > 2 and all(isinstance(v, sp.Expr) for v in a) else math.prod(a[1:], start=a[0])


ARITHMETIC: tuple[Row, ...] = (
    # ----- arithmetic -----
    Row(
        "add", added, arity=(2, None), joint=True, positive=ALL, note=Notation(" + ", binds=20, slots=(20, 21), join=True, minus="sub"), label="+", code="{0} + {1}",
        fold=folds.add, rule="sum rule", formula="d(u + v) = du + dv", says="a sum hands its upstream gradient on unchanged",
        local=lambda y, *a: (1,) * len(a),
        slips=(
            Slip("local.other-operation", lambda y, *a: (*a[1:], a[0]), rare=True, hint="For a sum each local derivative is a constant."),
            Slip("local.other-operation", lambda y, *a: a, rare=True, hint="For a sum each local derivative is a constant."),
            Slip("sqrt.of-sum", instead=roots_joined("add"), hint="Try √a + √b and √(a + b) with a = 9 and b = 16."),
        ),
    ),
    Row(
        "sub", lambda a, b: a - b, arity=(2, 2), joint=True, note=infix(" - ", 20, " − "), label="−", code="{0} - {1}",
        fold=folds.sub, rule="difference rule", formula="d(u − v) = du − dv", says="a difference hands it on, with the sign turned for the right side",
        local=lambda y, a, b: (1, -1),
        slips=(
            Slip("sign.lost-inner-minus", lambda y, a, b: (None, 1), hint="What happens to the sign of the second term?"),
            Slip("sign.lost-inner-minus", instead=lambda y, a, b: (a + b,), rare=True, hint="Check the sign of the second term."),
            Slip("sign.lost-inner-minus", instead=lambda y, a, b: (b - a,), rare=True, hint="Which of the two is taken away from which?"),
            Slip("algebra.parenthesis", instead=sign_kept, hint="To which terms does the minus sign belong?"),
            Slip("sqrt.of-sum", instead=roots_joined("sub"), hint="Try √a − √b and √(a − b) with a = 25 and b = 16."),
        ),
    ),
    Row(
        "neg", lambda a: -a, joint=True, note=Notation("-{0}", "−{0}", "-{0}", 40, (41,), mathml="<mo>−</mo>{0}"), label="−( )", code="-{0}",
        fold=folds.neg, rule="constant multiple rule", formula="d(−u) = −du", says="a minus sign turns the sign of the gradient",
        local=lambda y, a: (-1,),
        slips=(
            Slip("sign.lost-inner-minus", lambda y, a: (1,), hint="The inner function has a minus sign of its own."),
            Slip("sign.lost-inner-minus", instead=lambda y, a: (a,), rare=True, hint="Where did a minus sign go?"),
            Slip("algebra.parenthesis", instead=lambda y, a: tuple(followed(-start, steps) for start, steps in firsts(a)), hint="To which terms does the minus sign belong?"),
        ),
    ),
    Row(
        "mul", multiplied, arity=(2, None), linear=EACH, positive=lambda known, a: all(known) or (len(a) == 2 and a[0] == a[1]), note=PRODUCT, label="×", code="{0} * {1}",
        fold=folds.mul, rule="product rule", formula="d(u·v) = v·du + u·dv", says="a product swaps: each factor gets the other one",
        local=lambda y, *a: (a[1], a[0]) if len(a) == 2 else tuple(product(a[:i] + a[i + 1 :]) for i in range(len(a))),
        reduced=lambda a, b: np.dot(a, b) if a.ndim == b.ndim == 1 else np.einsum("n...,n...->...", a, b),
        slips=(
            Slip("mul.local-not-swapped", lambda y, *a: a),
            Slip("local.dropped", lambda y, *a: (1,) * len(a), rare=True, hint="The other factor is missing from this local derivative."),
            Slip("local.other-operation", lambda y, *a: (1,) * len(a), rare=True, hint="Which rule belongs to a product, and which to a sum?"),
            Slip("product.derivatives-multiplied", whole=lambda y, a, d: product(tuple(many(d))) if many(d) else None),
            Slip("local.other-operation", whole=lambda y, a, d: None if len(a) != 2 or many(d) else a[0] * (1 if d[1] is None else d[1]) + a[1] * (1 if d[0] is None else d[0]), rare=True, hint="Which of the two factors varies here?"),
            Slip("algebra.parenthesis", instead=brackets_lost),
            Slip("algebra", instead=exponents_multiplied, hint="What happens to the exponents when two powers are multiplied?"),
        ),
    ),
    Row(
        "div", lambda a, b: a / b if not isinstance(a, int) or not isinstance(b, int) else Fraction(a) / b, arity=(2, 2),
        note=Notation("{0}/{1}", None, flat(r"\frac{{{0}}}{{{1}}}", 45), 30, (30, 31), mathml=flat("<mfrac><mrow>{0}</mrow><mrow>{1}</mrow></mfrac>", 45)), label="÷", code="{0} / {1}", domain=("real", "nonzero"), linear=(0,), positive=ALL,
        push=lambda d, y, a, b: (-(a * d[1]) if is_zero(d[0]) else d[0] * b - a * d[1]) / f.power(b, params=(2,)),
        alone=(("constant multiple rule", "d(u/c) = du/c"), ("reciprocal rule", "d(c/v) = −c·dv/v²")),
        fold=folds.div, rule="quotient rule", formula="d(u/v) = (v·du − u·dv)/v²", says="a quotient sends 1/v to the numerator and −u/v² to the denominator",
        local=lambda y, a, b: (1 / b, -a / f.power(b, params=(2,))),
        slips=(
            Slip("quotient.plus", lambda y, a, b: (None, a / f.power(b, params=(2,)))),
            Slip("quotient.denominator-not-squared", lambda y, a, b: (None, -a / b)),
            Slip("quotient.order-swapped", whole=quotient_whole(lambda u, v, du, dv: (u * dv - v * du) / f.power(v, params=(2,)))),
            Slip("quotient.denominator-not-squared", whole=quotient_whole(lambda u, v, du, dv: (v * du - u * dv) / v)),
            Slip("quotient.derivatives-divided", whole=lambda y, a, d: d[0] / d[1] if many(d) else None),
            Slip("product.derivatives-multiplied", whole=lambda y, a, d: -d[0] * d[1] / f.power(a[1], params=(2,)) if many(d) else None, rare=True, hint="Written as u·v⁻¹ it is a product: which rule does it need?"),
            Slip("algebra.parenthesis", instead=quotient_brackets_lost, hint="What exactly stands above, and what under the fraction bar?"),
            Slip("algebra", instead=divided_by_terms, hint="Try 1/(a + b) and 1/a + 1/b with a = b = 1."),
            Slip("algebra.cancelling", instead=cancelled, hint="A factor can be cancelled only if it is in every term."),
        ),
    ),
    Row(
        "power", power_code, params=(("n", 2),), note=Notation("{0}**{n}", "{0}{n:sup}", "{0}^{n:sup}", 50, (51,), mathml="<msup><mrow>{0}</mrow>{n:sup}</msup>"), label="( )ⁿ",
        fold=folds.power, rule="power rule", formula="d(uⁿ) = n·uⁿ⁻¹·du", says="a power brings its exponent down and lowers it by one",
        local=power_local, code=power_text, asks=True, finite=lambda n: n in (0, 1, 2), positive=lambda known, a, n: known[0] or n % 2 == 0,
        slips=(
            Slip("power.exponent-kept", lambda y, u, n: (n * y,)),
            Slip("power.coefficient-dropped", lambda y, u, n: (f.power(u, params=(n - 1,)),)),
            Slip("power.off-by-one", lambda y, u, n: (n * f.power(u, params=(n - 2,)),), rare=True),
            Slip("power.off-by-one", lambda y, u, n: ((n - 1) * f.power(u, params=(n - 1,)),), hint="Which number comes down as the factor?"),
            Slip("power.exponent-kept", lambda y, u, n: (y,), rare=True, hint="What happens to the exponent in the power rule, and what comes down?"),
            Slip("log.power-confusion", instead=lambda y, u, n: tuple(f.log(f.power(v, params=(n,))) for v in inside(u, "log")), hint="(ln u)ⁿ and ln(uⁿ) are two functions: which is it here?"),
            Slip("power.off-by-one", instead=lambda y, u, n: (f.power(u, params=(n - 1,)), f.power(u, params=(n + 1,))), rare=True, hint="Check the exponent."),
            Slip("algebra", instead=exponents_added, hint="What happens to the exponents when a power is raised to a power?"),
            Slip("algebra", instead=powers_of_terms, hint="Try the power of the sum and the sum of the powers with numbers."),
            Slip("algebra.parenthesis", instead=power_brackets_lost, hint="What exactly is raised to the power?"),
        ),
    ),
    Row(
        "pow", _power, arity=(2, 2), code="pow({0}, {1})", note=Notation("{0}**{1}", Style("{0}^{1}", slots=(51, 60)), flat("{0}^{{{1}}}", 50, 51, 0), 50, (51, 50), mathml=flat("<msup><mrow>{0}</mrow><mrow>{1}</mrow></msup>", 50, 51, 0)), label="uᵛ", domain=("positive", "real"),
        alone=(("power rule", "d(uᶜ) = c·uᶜ⁻¹·du"), ("exponential rule", "d(cᵛ) = cᵛ·ln c·dv")),
        rule="general power rule", formula="d(uᵛ) = uᵛ·(v'·ln u + v·u'/u)", says="a general power sends v·uᵛ⁻¹ to its base and uᵛ·ln u to its exponent",
        local=lambda y, u, v: (v * f.pow(u, v - 1), f.tip(y * f.log(u), y)),
        slips=(
            Slip("exp.power-rule", lambda y, u, v: (None, v * f.pow(u, v - 1))),
            Slip("exp.missing-ln", lambda y, u, v: (None, y)),
            Slip("exp.power-rule", whole=lambda y, a, d: a[1] * f.pow(a[0], a[1] - 1) if d[1] is not None else None, hint="The exponent varies too: is this the power rule?"),
            Slip("exp.power-rule", whole=lambda y, a, d: a[1] * f.pow(a[0], a[1] - 1) * d[0] if d[0] is not None and d[1] is not None else None, hint="The exponent varies too: is this the power rule?"),
            Slip("power.exponent-kept", lambda y, u, v: (v * y, None)),
            Slip("power.coefficient-dropped", lambda y, u, v: (f.pow(u, v - 1), None)),
            Slip("power.off-by-one", lambda y, u, v: (v * f.pow(u, v - 2), None)),
            Slip("power.off-by-one", lambda y, u, v: ((v - 1) * f.pow(u, v - 1), None), hint="Which number comes down as the factor?"),
        ),
    ),
    Row(
        "sqrt", arrays.square_root, names=("sqrt",), tree=lambda x: heads.unevaluated(sp.Pow, x, sp.Rational(1, 2)), note=Notation("sqrt({0})", Style("√{0}", 45, (61,), unless=r"\["), flat(r"\sqrt{{{0}}}", 45), mathml=flat("<msqrt>{0}</msqrt>", 45)), label="√", domain=("nonnegative",), code="sqrt({0})", asks=True, positive=True,
        rule="square root rule", formula="d(√u) = du/(2·√u)", says="a square root divides by twice itself",
        local=lambda y, x: (least(1 / (2 * y), y, x),),
        slips=(
            Slip("power.coefficient-dropped", lambda y, x: (1 / y,), hint="The exponent ½ comes down as a factor."),
            Slip("power.exponent-kept", lambda y, x: (y / 2,), hint="What happens to the exponent ½ in the power rule?"),
            Slip("power.off-by-one", lambda y, x: (1 / (2 * x * y),), hint="By how much does the exponent ½ fall?"),
            Slip("sqrt.of-sum", instead=roots_of_terms),
            Slip("domain.abs-dropped", instead=lambda y, x: inside(x, "power") if exponent(x) == 2 else (), hint="What is √(u²) for a negative u?"),
        ),
    ),
)  # fmt: skip

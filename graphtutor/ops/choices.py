"""Rows of what has a kink or a jump: |u|, max, relu, steps, comparisons, choices."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from . import arrays, heads
from .arrays import Entry
from .miswritten import flat_if_still
from .notation import Notation, Style, bare, call, cases, infix
from .row import ALL, Kink, Row, Slip
from .tracing import f, is_zero

HALF = Fraction(1, 2)


# ----- the slope at a kink -----
def gate(x: Any, tie: str, low: Any = 0, high: Any = 1) -> Any:
    """Return `high` where x > 0, `low` where x < 0, and at 0 the end that `tie` names."""
    at_zero = {"zero": min((low, high), key=abs), "first": low, "last": high, "half": (low + high) * HALF}[tie]
    if (low, high) == (0, 1) and at_zero in (0, 1):
        return f.indicator(f.gt(x, 0) if at_zero == 0 else f.ge(x, 0))
    if (low, high) == (-1, 1) and (at_zero == 0 or tie == "zero"):
        return f.sign(x)
    above = f.where(f.gt(x, 0), high, low)
    return above if at_zero == low else f.where(f.eq(x, 0), at_zero, above)


def winners(sign: int) -> Any:
    """Return the local rule of an n-ary max (`sign` 1) or min (-1): 1 for the argument that wins."""
    beats, reaches = (f.gt, f.ge) if sign > 0 else (f.lt, f.le)

    def local(y: Any, *args: Any, tie: str) -> tuple[Any, ...]:
        if tie == "half":
            ties = [f.indicator(f.eq(a, y)) for a in args]
            count = ties[0]
            for other in ties[1:]:
                count = count + other
            return tuple(t / count for t in ties)
        order = list(range(len(args)))
        if tie == "last":
            order.reverse()
        if tie == "zero":
            order.sort(key=lambda i: args[i].facts.moves)
        rank = {i: k for k, i in enumerate(order)}
        gates = []
        for i, a in enumerate(args):
            wins = [f.indicator((reaches if rank[i] < rank[j] else beats)(a, b)) for j, b in enumerate(args) if j != i]
            won = wins[0]
            for other in wins[1:]:
                won = won * other
            gates.append(won)
        return tuple(gates)

    return local


def value_taken(local: Any, *which: int) -> Any:
    """Return the slip of a max or min where the winning argument is not differentiated, in all slots or in those of `which`."""

    def whole(y: Any, a: Any, d: Any) -> Any:
        won = local(y, *a, tie="zero")
        slots = [k for k, slope in enumerate(d) if slope is not None]
        if which and not set(which) < set(slots):
            return None
        there = [won[k] * (d[k] if which and k not in which else a[k]) for k in slots]
        return sum(there[1:], start=there[0])

    return whole


def ignored(y: Any, *args: Any) -> tuple[Any, ...]:
    """Return what stands in place of a choice that is overlooked: one of what it chooses from."""
    return tuple(a for a in args if a.builder.cells[a.id][0] != "const")


def by_cases(sign: int) -> Any:
    """Return how a derivation writes an n-ary max (`sign` 1) or min (-1): the derivative of the argument that wins."""
    beats, reaches = (f.gt, f.ge) if sign > 0 else (f.lt, f.le)

    def push(ds: Any, y: Any, *args: Any) -> Any:
        order = sorted(range(len(args)), key=lambda i: is_zero(ds[i]))  # what varies wins strictly, a constant wins ties, as in the lecture
        found = ds[order[-1]]
        for k in reversed(range(len(order) - 1)):
            i = order[k]
            wins = [(beats if is_zero(ds[j]) and not is_zero(ds[i]) else reaches)(args[i], args[j]) for j in order[k + 1 :]]
            won = wins[0]
            for other in wins[1:]:
                won = getattr(f, "and")(won, other)
            found = f.where(won, ds[i], found)
        return found

    return push


def pairs(*args: Any) -> tuple[Any, ...]:
    return tuple(a - b for i, a in enumerate(args) for b in args[i + 1 :])


def huber(x: Any, d: Any) -> Any:
    if isinstance(x, np.ndarray):
        return np.where(np.abs(x) <= d, x * x / 2, d * (np.abs(x) - d / 2))
    return x * x / 2 if abs(x) <= d else d * (abs(x) - Fraction(d) / 2 if isinstance(x, Fraction) else abs(x) - d / 2)


def whole(name: str, point: Any, array: Any, head: Any, jump: Any, *names: str) -> Row:
    """Return the row of a rounding: flat, with a jump wherever u + `jump` is whole."""

    def numeric(x: Any) -> Any:
        return array(x) if isinstance(x, np.ndarray) or (isinstance(x, float) and not math.isfinite(x)) else point(x)

    return Row(
        name, Entry(numeric, lambda m, x: head(x) if m is sp else m.mpf(int(point(x))), exact=True), heads=(head, *(h for h in head.__mro__ if h in (sp.floor, sp.ceiling))), names=(name, *names), label=name, code=f"{name}({{0}}) * 1.0", note=call(rf"\operatorname{{{{{name}}}}}\left({{0}}\right)"),
        rule="rounding rule", formula=f"d {name}(u) = 0", says="a rounded number stays where it is for a small step: its derivative is 0; at a jump it has none",
        local=lambda y, x, tie: (0,), kink=Kink(lambda x: ((x + jump) % 1,), lambda: (0, 0)), slips=(Slip("constant.not-zero", lambda y, x, tie: (1,), hint="Does a rounded number move for a small step?"),),
    )  # fmt: skip


# ----- conditions -----
def compare(name: str, sign: str, test: Any, relation: Any, latex: str, unicode: str) -> Row:
    """Return the row of a comparison: 1 where it holds, 0 where not; no gradient flows through it."""

    def numeric(a: Any, b: Any) -> Any:
        return np.asarray(test(a, b), dtype=float) if isinstance(a, np.ndarray) or isinstance(b, np.ndarray) else int(test(a, b))

    def formula(m: Any, a: Any, b: Any) -> Any:
        return sp.Piecewise((1, relation(a, b)), (0, True)) if m is sp else m.mpf(int(test(a, b)))

    return Row(
        name, Entry(numeric, formula, exact=True), heads=(getattr(heads, name.capitalize()), relation), names=(name.capitalize(),), arity=(2, 2),
        note=infix(f" {sign} ", 10, bare(f" {unicode} "), bare(latex)), label=unicode, code="(1.0 if {0} " + sign + " {1} else 0.0)",
        discrete=True, positive=True, kink=Kink(lambda a, b: (a - b,), lambda: (0, 0)), rule="comparison", says="a condition sends no gradient back",
    )  # fmt: skip


def truth(c: Any) -> Any:
    """Return the condition whose 1 or 0 a SymPy tree is: the relation itself, if it is there to be seen."""
    if isinstance(c, sp.Piecewise) and len(c.args) == 2 and c.args[0][0] == 1 and c.args[1][0] == 0:
        return c.args[0][1]
    return sp.Ne(c, 0)


def logic(name: str, word: str, test: Any, arity: tuple[int, int | None], note: Notation, relation: type, code: str) -> Row:
    def numeric(*args: Any) -> Any:
        if any(isinstance(a, np.ndarray) for a in args):
            return np.asarray(test([np.asarray(a, dtype=bool) for a in args]), dtype=float)
        return int(bool(test([bool(a) for a in args])))

    def formula(m: Any, *args: Any) -> Any:
        if m is not sp:
            return m.mpf(int(bool(test([bool(a) for a in args]))))
        return sp.Piecewise((1, relation(*(truth(a) for a in args))), (0, True))

    return Row(name, Entry(numeric, formula, exact=True), heads=(getattr(heads, name.capitalize()), relation), names=(name.capitalize(),), arity=arity,
               note=note, label=word, code=f"(1.0 if {code} else 0.0)", discrete=True, positive=True, rule="condition", says="a condition sends no gradient back")  # fmt: skip


CHOICES: tuple[Row, ...] = (
    # ----- kinks -----
    Row("abs", Entry(abs, lambda m, x: sp.Abs(x) if m is sp else abs(x), exact=True), heads=(sp.Abs,), positive=True, names=("abs", "Abs", "fabs"), label="| |",
        code="abs({0})", note=Notation("abs({0})", Style("|{0}|", unless=r"\|"), r"\left|{0}\right|", mathml="<mrow><mo>|</mo>{0}<mo>|</mo></mrow>"), rule="absolute value rule", formula="d|u| = sign(u)·du",
        says="an absolute value passes the gradient with the sign of its argument", local=lambda y, x, tie: (gate(x, tie, -1, 1),),
        kink=Kink(lambda x: (x,), lambda: (-1, 1)),
        slips=(
            Slip("branch.ignored", lambda y, x, tie: (1,), hint="What is the slope on the other side of the kink?"),
            Slip("branch.swapped", lambda y, x, tie: (-gate(x, tie, -1, 1),)),
            Slip("branch.value-not-derivative", lambda y, x, tie: (y,)),
            Slip("branch.ignored", instead=lambda y, x: (x, -x), hint="What is the slope on the other side of the kink?"),
        )),
    Row("sign", Entry(lambda x: np.sign(x) if isinstance(x, np.ndarray) else int(x > 0) - int(x < 0) if x == x else x, lambda m, x: m.sign(x), exact=True),
        heads=(sp.sign,), names=("sign", "sgn", "signum"), code="({0} if {0} != {0} or {0} == 0 else 1.0 if {0} > 0 else -1.0)", label="sign", rule="sign rule", formula="d(sign u) = 0", says="a sign is flat: its derivative is 0",
        note=call(r"\operatorname{{sign}}\left({0}\right)"), local=lambda y, x, tie: (0,), kink=Kink(lambda x: (x,), lambda: (0, 0))),
    Row("max", Entry(arrays.extreme(max, np.maximum), lambda m, *a: sp.Max(*a) if m is sp else max(a), exact=True), heads=(heads.Max, sp.Max),
        names=("max", "Max", "maximum"), arity=(2, None), of_one="amax", gates=True, asks=True, positive=lambda known, a: any(known), label="max", note=call(r"\max\left({*}\right)"), rule="max rule by cases", push=by_cases(1),
        formula="d max(u, v) = du where u > v, dv where v > u", says="a max sends the whole gradient to the argument that won", local=winners(1),
        code="({0} if {0} >= {1} or {0} != {0} else {1})", kink=Kink(pairs, lambda: (0, 1)),
        slips=(
            Slip("branch.swapped", lambda y, *a, tie: winners(-1)(y, *a, tie=tie), hint="Which argument is the larger one here?"),
            Slip("branch.ignored", lambda y, *a, tie: (1,) * len(a), hint="On the other side of the kink the constant wins."),
            Slip("branch.value-not-derivative", lambda y, *a, tie: tuple(x * w for x, w in zip(a, winners(1)(y, *a, tie=tie), strict=True)), hint="On the active side, is it the value or its derivative?"),
            Slip("branch.value-not-derivative", whole=value_taken(winners(1)), hint="On the active side, is it the value or its derivative?"),
            *(Slip("branch.value-not-derivative", whole=value_taken(winners(1), k)) for k in (0, 1)),
            Slip("branch.ignored", instead=ignored),
        )),
    Row("min", Entry(arrays.extreme(min, np.minimum), lambda m, *a: sp.Min(*a) if m is sp else min(a), exact=True), heads=(heads.Min, sp.Min),
        names=("min", "Min", "minimum"), arity=(2, None), of_one="amin", gates=True, asks=True, positive=ALL, label="min", note=call(r"\min\left({*}\right)"), rule="min rule by cases", push=by_cases(-1),
        formula="d min(u, v) = du where u < v, dv where v < u", says="a min sends the whole gradient to the argument that won", local=winners(-1),
        code="({0} if {0} <= {1} or {0} != {0} else {1})", kink=Kink(pairs, lambda: (0, 1)),
        slips=(
            Slip("branch.swapped", lambda y, *a, tie: winners(1)(y, *a, tie=tie), hint="Which argument is the smaller one here?"),
            Slip("branch.ignored", lambda y, *a, tie: (1,) * len(a), hint="On the other side of the kink the constant wins."),
            Slip("branch.value-not-derivative", lambda y, *a, tie: tuple(x * w for x, w in zip(a, winners(-1)(y, *a, tie=tie), strict=True)), hint="On the active side, is it the value or its derivative?"),
            Slip("branch.value-not-derivative", whole=value_taken(winners(-1)), hint="On the active side, is it the value or its derivative?"),
            *(Slip("branch.value-not-derivative", whole=value_taken(winners(-1), k)) for k in (0, 1)),
            Slip("branch.ignored", instead=ignored),
        )),
    Row("relu", Entry(lambda x: np.maximum(x, 0) if isinstance(x, np.ndarray) else max(x, 0 * x), lambda m, x: sp.Max(0, x) if m is sp else max(x, 0), exact=True),
        heads=(heads.Relu,), gates=True, positive=True, names=("relu", "ReLU"), label="relu", code="(0.0 if {0} <= 0 else {0})", note=call(r"\operatorname{{ReLU}}\left({0}\right)"),
        rule="relu rule", formula="d relu(u) = du where u > 0, else 0", says="a relu passes the gradient where its argument is positive and blocks it elsewhere",
        local=lambda y, x, tie: (gate(x, tie),), kink=Kink(lambda x: (x,), lambda: (0, 1)), opens=lambda x: f.max(x.constant(0), x),
        slips=(
            Slip("branch.ignored", lambda y, x, tie: (1,), hint="What is the slope where the argument is negative?"),
            Slip("branch.value-not-derivative", lambda y, x, tie: (y,), hint="On the active side, is it the value or its derivative?"),
            Slip("branch.ignored", instead=lambda y, x: (x,), hint="What is the slope where the argument is negative?"),
            Slip("branch.value-not-derivative", whole=lambda y, a, d: y, hint="On the active side, is it the value or its derivative?"),
            Slip("branch.swapped", lambda y, x, tie: (1 - gate(x, tie),), hint="On which side of 0 does a relu let the gradient through?"),
        )),
    Row("leaky_relu", Entry(lambda x, a: np.where(x > 0, x, a * x) if isinstance(x, np.ndarray) else x if x > 0 else a * x,
                            lambda m, x, a: sp.Piecewise((x, x > 0), (a * x, True)) if m is sp else (x if x > 0 else a * x), exact=True),
        heads=(heads.LeakyRelu,), names=("leaky_relu",), params=(("slope", Fraction(1, 100)),), label="leaky relu", code=lambda a: f"({{0}} if {{0}} > 0 else {float(a)!r} * {{0}})",
        note=call(r"\operatorname{{LeakyReLU}}\left({0}\right)"), rule="leaky relu rule", formula="d leaky(u) = du where u > 0, else a·du",
        says="a leaky relu passes the gradient whole where its argument is positive, and a small part of it elsewhere",
        local=lambda y, x, a, tie: (gate(x, tie, a, 1),), kink=Kink(lambda x, a: (x,), lambda a: (min(a, 1), max(a, 1))),
        slips=(
            Slip("branch.swapped", lambda y, x, a, tie: (gate(x, tie, 1, a),), hint="Which slope belongs to which side?"),
            Slip("branch.ignored", lambda y, x, a, tie: (1,), hint="What is the slope where the argument is negative?"),
            Slip("branch.ignored", lambda y, x, a, tie: (gate(x, tie),), hint="Is the slope really 0 where the argument is negative?"),
            Slip("branch.ignored", instead=lambda y, x, a: (x, a * x), hint="What is the slope where the argument is negative?"),
            Slip("branch.value-not-derivative", lambda y, x, a, tie: (y,)),
            Slip("branch.value-not-derivative", lambda y, x, a, tie: (f.where(f.gt(x, 0), 1, y),), hint="Where the argument is negative, is it the value or its derivative?"),
            Slip("branch.value-not-derivative", lambda y, x, a, tie: (f.where(f.gt(x, 0), y, a),), hint="Where the argument is positive, is it the value or its derivative?"),
        )),
    Row("elu", Entry(lambda x, a: np.where(x > 0, x, a * np.expm1(np.minimum(x, 0))) if isinstance(x, np.ndarray) else x if x > 0 else float(a) * math.expm1(x),
                     lambda m, x, a: sp.Piecewise((x, x > 0), (a * (sp.exp(x) - 1), True)) if m is sp else (x if x > 0 else a * (m.exp(x) - 1))),
        heads=(heads.Elu,), names=("elu",), params=(("alpha", 1),), label="elu", code=lambda a: f"({{0}} if {{0}} > 0 else {float(a)!r} * expm1({{0}}))", note=call(r"\operatorname{{ELU}}\left({0}\right)"),
        rule="elu rule", formula="d elu(u) = du where u > 0, else a·eᵘ·du", says="an elu passes the gradient where its argument is positive and shrinks it elsewhere",
        local=lambda y, x, a, tie: (f.where(f.gt(x, 0) if tie in ("zero", "first") or a == 1 else f.ge(x, 0), 1, a * f.exp(x)),),
        kink=Kink(lambda x, a: (x,), lambda a: (min(a, 1), max(a, 1))),
        slips=(
            Slip("branch.value-not-derivative", lambda y, x, a, tie: (f.where(f.gt(x, 0), 1, y),), hint="Where the argument is negative, is it the value or its derivative?"),
            Slip("branch.value-not-derivative", lambda y, x, a, tie: (y,)),
            Slip("branch.ignored", lambda y, x, a, tie: (1,), hint="What is the slope where the argument is negative?"),
            Slip("branch.ignored", lambda y, x, a, tie: (a * f.exp(x),), hint="What is the slope where the argument is positive?"),
            Slip("branch.ignored", lambda y, x, a, tie: (gate(x, tie),), hint="Is the slope really 0 where the argument is negative?"),
            Slip("branch.swapped", lambda y, x, a, tie: (f.where(f.gt(x, 0), a * f.exp(x), 1),)),
        )),
    Row("step", Entry(lambda x, h: np.heaviside(x, float(h)) if isinstance(x, np.ndarray) else 1 if x > 0 else h if x == 0 else 0 if x == x else x,
                      lambda m, x, h: sp.Piecewise((0, x < 0), (h, sp.Eq(x, 0)), (1, True)) if m is sp else (m.mpf(1) if x > 0 else h if x == 0 else m.mpf(0)), exact=True),
        heads=(heads.Step, sp.Heaviside), positive=True, names=("step", "Heaviside", "heaviside", "H", "theta"), params=(("at_zero", HALF),), label="step", code=lambda h: f"({{0}} if {{0}} != {{0}} else 1.0 if {{0}} > 0 else {float(h)!r} if {{0}} == 0 else 0.0)", note=Notation("step({0})"),
        rule="step rule", formula="d step(u) = 0", says="a step is flat: its derivative is 0", local=lambda y, x, h, tie: (0,),
        kink=Kink(lambda x, h: (x,), lambda h: (0, 0))),
    Row("huber", Entry(huber, lambda m, x, d: sp.Piecewise((x**2 / 2, sp.Abs(x) <= d), (d * (sp.Abs(x) - d / 2), True)) if m is sp else huber(x, d), exact=True),
        names=("huber",), params=(("delta", 1),), positive=True, label="huber", code=lambda d: f"({{0}} * {{0}} / 2 if abs({{0}}) <= {float(d)!r} else {float(d)!r} * (abs({{0}}) - {float(d) / 2!r}))", note=call(r"\operatorname{{Huber}}\left({0}\right)"), rule="huber rule",
        formula="d huber(u) = u·du where |u| ≤ δ, else δ·sign(u)·du", says="a huber loss sends the error itself while it is small, and never more than δ",
        local=lambda y, x, d: (f.max(f.min(x, d), -d),),
        slips=(
            Slip("branch.ignored", lambda y, x, d: (x,)), Slip("branch.ignored", lambda y, x, d: (d * f.sign(x),)),
            Slip("branch.value-not-derivative", lambda y, x, d: (y,)), Slip("power.coefficient-dropped", lambda y, x, d: (2 * f.max(f.min(x, d), -d),), hint="The ½ and the exponent 2 cancel."),
        )),
    Row("hardtanh", Entry(lambda x, low, high: np.minimum(np.maximum(x, low), high) if isinstance(x, np.ndarray) else min(max(x, low), high), lambda m, x, low, high: sp.Min(sp.Max(x, low), high) if m is sp else min(max(x, low), high), exact=True),
        names=("hardtanh",), params=(("low", -1), ("high", 1)), gates=True, label="hardtanh", code=lambda low, high: f"({float(low)!r} if {{0}} < {float(low)!r} else {float(high)!r} if {{0}} > {float(high)!r} else {{0}})", note=call(r"\operatorname{{hardtanh}}\left({0}\right)"), rule="hardtanh rule",
        formula="d hardtanh(u) = du where −1 < u < 1, else 0", says="a hardtanh passes the gradient between its two corners and blocks it beyond them",
        local=lambda y, x, low, high, tie: (gate(x - low, tie) * gate(high - x, tie),), kink=Kink(lambda x, low, high: (x - low, x - high), lambda low, high: (0, 1)),
        slips=(Slip("branch.ignored", lambda y, x, low, high, tie: (1,)), Slip("tanh.table", lambda y, x, low, high, tie: (1 - f.power(y, params=(2,)),)),
               Slip("branch.value-not-derivative", lambda y, x, low, high, tie: (y,)))),
    whole("floor", math.floor, np.floor, heads.Floor, 0),
    whole("ceil", math.ceil, np.ceil, heads.Ceiling, 0, "ceiling"),
    whole("round", round, np.round, heads.Round, HALF, "rint"),
    Row("mod", Entry(lambda a, b: np.mod(a, b) if isinstance(a, np.ndarray) or isinstance(b, np.ndarray) else a % b, lambda m, a, b: a - b * heads.Floor(a / b) if m is sp else a - b * mpmath.floor(a / b), exact=True),
        names=("mod", "remainder"), arity=(2, 2), label="mod", code="{0} % {1}", domain=("real", "nonzero"), note=call(r"\operatorname{{mod}}\left({0}, {1}\right)"), rule="remainder rule",
        formula="d(u mod v) = du − ⌊u/v⌋·dv", says="a remainder passes the gradient on, between its jumps", local=lambda y, a, b: (1, -f.floor(a / b)),
        slips=(Slip("constant.not-zero", lambda y, a, b: (0 * a, None), hint="Between two jumps a remainder grows as its argument does."),)),
    # ----- conditions -----
    compare("lt", "<", lambda a, b: a < b, sp.StrictLessThan, " < ", "<"),
    compare("le", "<=", lambda a, b: a <= b, sp.LessThan, r" \le ", "≤"),
    compare("gt", ">", lambda a, b: a > b, sp.StrictGreaterThan, " > ", ">"),
    compare("ge", ">=", lambda a, b: a >= b, sp.GreaterThan, r" \ge ", "≥"),
    compare("eq", "==", lambda a, b: a == b, sp.Eq, " = ", "="),
    compare("ne", "!=", lambda a, b: a != b, sp.Ne, r" \ne ", "≠"),
    logic("and", "and", lambda a: np.logical_and.reduce(np.broadcast_arrays(*a)), (2, None), Notation(" and ", None, r" \land ", 6, (6, 7), True, "<mo>∧</mo>"), sp.And, "{0} and {1}"),
    logic("or", "or", lambda a: np.logical_or.reduce(np.broadcast_arrays(*a)), (2, None), Notation(" or ", None, r" \lor ", 4, (4, 5), True, "<mo>∨</mo>"), sp.Or, "{0} or {1}"),
    logic("not", "not", lambda a: np.logical_not(a[0]), (1, 1), Notation("not {0}", None, r"\lnot {0}", 8, (8,), mathml="<mo>¬</mo>{0}"), sp.Not, "not {0}"),
    Row("indicator", Entry(lambda c: np.asarray(c != 0, dtype=float) if isinstance(c, np.ndarray) else int(c != 0), lambda m, c: sp.Piecewise((1, truth(c)), (0, True)) if m is sp else m.mpf(int(c != 0)), exact=True),
        heads=(heads.Indicator,), positive=True, names=("indicator",), label="1[ ]", note=Notation("indicator({0})", "𝟙[{0}]", r"\mathbb{{1}}\left[{0}\right]", mathml="<mrow><mi>𝟙</mi><mo>[</mo>{0}<mo>]</mo></mrow>"), code="({0} != 0) * 1.0",
        discrete=True, rule="indicator", says="an indicator is flat: its derivative is 0"),
    Row("where", Entry(arrays.choose, lambda m, c, a, b: sp.Piecewise((a, truth(c)), (b, True)) if m is sp else (a if c else b), exact=True),
        heads=(heads.Where,), names=("where",), arity=(3, 3), label="where", conditions=(0,), joint=True, gates=True, positive=lambda known, a: known[1] and known[2], rule="rule by cases", code="({1} if {0} else {2})",
        note=Notation("where({0}, {1}, {2})", Style("where({0}, {1}, {2})", slots=(2, 0)), cases(r"\begin{{cases}} ", r"{1} & \text{{if }} {0}", r" \\ ", r"{2} & \text{{otherwise}}", r" \end{{cases}}", r"\mathrm{nan}"),
                      mathml=cases("<mrow><mo>{{</mo><mtable>", "<mtr><mtd>{1}</mtd><mtd><mtext>if</mtext>{0}</mtd></mtr>", "",
                                   "<mtr><mtd>{2}</mtd><mtd><mtext>otherwise</mtext></mtd></mtr>", "</mtable></mrow>", "<mi>nan</mi>")),
        formula="d where(c, u, v) = du where c holds, else dv", says="a choice sends the whole gradient to the branch that was taken",
        local=lambda y, c, a, b: (None, f.indicator(c), f.indicator(getattr(f, "not")(c))),
        slips=(
            Slip("branch.swapped", lambda y, c, a, b: (None, f.indicator(getattr(f, "not")(c)), f.indicator(c)), hint="Which branch is taken here?"),
            Slip("branch.ignored", whole=lambda y, a, d: flat_if_still(d[1], y), hint="What is the slope on the other branch?"),
            Slip("branch.ignored", whole=lambda y, a, d: flat_if_still(d[2], y), hint="What is the slope on the first branch?"),
            Slip("branch.ignored", instead=lambda y, c, a, b: ignored(y, a, b)),
            Slip("branch.value-not-derivative", whole=lambda y, a, d: y, hint="On each branch, is it the value or its derivative?"),
            Slip("branch.value-not-derivative", whole=lambda y, a, d: f.where(a[0], flat_if_still(d[1], y), a[2]), hint="On each branch, is it the value or its derivative?"),
            Slip("branch.value-not-derivative", whole=lambda y, a, d: f.where(a[0], a[1], flat_if_still(d[2], y)), hint="On each branch, is it the value or its derivative?"),
        )),
    # ----- what rules send back where a product would be 0 × ∞: written as what they hold -----
    Row("kept", Entry(lambda c, x: arrays.choose(c, x, 0.0), lambda m, c, x: sp.Piecewise((x, truth(c)), (0, True)) if m is sp else (x if c else m.mpf(0)), exact=True), arity=(2, 2),
        conditions=(0,), gates=True, positive=lambda known, a: known[1], label="1[ ]", code="({1} if {0} else 0.0)", rule="rule by cases", formula="d kept(c, u) = du where c holds, else 0",
        says="what is not reached sends nothing back", local=lambda y, c, x: (None, f.indicator(c)), at_zero=(0, "No open way leads from here to the output, so nothing is sent back, whatever the slope"),
        written=lambda parts, form: parts[1], tree=lambda c, x: x),
    Row("hole", Entry(lambda a, b: np.where(np.asarray(a == b), np.nan, 0.0) if isinstance(a, np.ndarray) or isinstance(b, np.ndarray) else math.nan if a == b else 0.0,
                      lambda m, a, b: sp.S.Zero if m is sp else (m.nan if a == b else m.mpf(0))), arity=(2, 2), discrete=True, label="?", code="(nan if {0} == {1} else 0.0)", rule="point filled in",
        says="where a single point is filled in, the formula gives no derivative", written=lambda parts, form: parts[0]._replace(text="0", binds=70), tree=lambda a, b: sp.S.Zero),
    Row("tip", Entry(lambda x, u: arrays.choose(u, x, 0.0), lambda m, x, u: x if m is sp else (x if u else m.mpf(0)), exact=True), arity=(2, 2),
        positive=lambda known, a: known[0], label="0 at 0", code="({0} if {1} else 0.0)", rule="least slope", formula="d tip(u, v) = du",
        says="at the tip of a cone the slope of least length is taken, 0", local=lambda y, x, u: (1, 0), at_zero=(1, "At this tip any slope between those of its sides would do; the least, 0, is taken"),
        written=lambda parts, form: parts[0], tree=lambda x, u: x),
)  # fmt: skip

"""Rows of what mixes entries: products, sums and norms of vectors and matrices, and losses over them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import sympy as sp

from . import arrays, heads
from .notation import Notation, Style, call, infix
from .row import ALL, EACH, Row, Slip
from .shaping import (
    Axes,
    along,
    axes_of,
    back,
    count,
    full_key,
    index_shape,
    join_shape,
    joined,
    matmul_shape,
    new_shape,
    over,
    pull_join,
    pull_matmul,
    pull_stack,
    stack_shape,
    vectors,
    without,
)
from .tracing import f


def square(a: Any) -> bool:
    return len(a.shape) == 2 and bool(a.shape[0] == a.shape[1])


def norm_forward(x: Any, axes: Axes) -> Any:
    return arrays.square_root(arrays.total(x * x, axes))


VECTORS: tuple[Row, ...] = (
    # ----- vectors and matrices -----
    Row("matmul", arrays.matmul, linear=EACH, positive=lambda known, a, nd_a, nd_b: all(known) or (a[0] == a[1] and nd_a == 1), heads=(heads.MatMul, sp.MatMul), names=("matmul",), arity=(2, 2), params=(("nd_a", None), ("nd_b", None)), inner=("nd_a", "nd_b"),
        settle=lambda p, a, b: (len(a), len(b)), note=infix(" @ ", 30), label="@", shape=matmul_shape,
        rule="matrix product rule", formula="d(A·B) = dA·B + A·dB", says="a matrix product sends g·Bᵀ to the left and Aᵀ·g to the right", pull=pull_matmul,
        slips=(Slip("matrix.transpose-missing", lambda g, y, a, b, nd_a, nd_b: (g @ b if square(b) else None, a @ g if square(a) else None)),)),
    Row("transpose", arrays.transpose, joint=True, positive=ALL, heads=(heads.Transpose, sp.Transpose), names=("transpose",), params=(("nd", None),), inner=("nd",), settle=lambda p, a: (len(a),),
        shape=lambda a, nd: a[::-1], note=Notation("{0}.T", Style("{0}ᵀ", 50), Style(r"{0}^\top", 50), 60, (60,), mathml=Style("<msup><mrow>{0}</mrow><mo>⊤</mo></msup>", 50)), label="ᵀ", rule="transpose rule", formula="d(Aᵀ) = (dA)ᵀ",
        says="a transpose turns the gradient back", pull=lambda g, y, a, nd: (f.transpose(g),)),
    Row("dot", lambda a, b: arrays.total(a * b, (-1,)), linear=EACH, positive=lambda known, a, *_: all(known) or a[0] == a[1], heads=(heads.Dot,), names=("dot",), arity=(2, 2), shape=vectors("dot"), label="·",
        note=Notation("dot({0}, {1})"), rule="dot product rule", formula="d(a·b) = b·da + a·db",
        says="a dot product swaps: each vector gets the other one, times the upstream number", pull=lambda g, y, a, b: (b * g, a * g),
        slips=(Slip("mul.local-not-swapped", lambda g, y, a, b: (a * g, b * g), hint="A dot product swaps its vectors: which one belongs here?"),)),
    Row("outer", arrays.outer, linear=EACH, heads=(heads.Outer,), names=("outer",), arity=(2, 2), shape=vectors("outer"), label="⊗",
        note=Notation("outer({0}, {1})"), rule="outer product rule", formula="d(a⊗b) = da⊗b + a⊗db",
        says="an outer product sends g·b to the left and gᵀ·a to the right", pull=lambda g, y, a, b: (g @ b, f.transpose(g) @ a),
        reduced=lambda a, b: a.T @ b),
    Row("total", arrays.total, joint=True, positive=ALL, heads=(heads.Total,), names=("sum", "total"), params=(("axis", None), ("keepdims", False)), unseen=("keepdims",), settle=axes_of,
        shape=lambda s, axes, keep=False: without(s, axes, keep), label="Σ", note=Notation("sum({0})", "Σ({0})", r"\sum\left({0}\right)", mathml="<mrow><mi>Σ</mi><mo>&#x2061;</mo><mrow><mo>(</mo>{0}<mo>)</mo></mrow></mrow>"), rule="sum rule",
        formula="d(Σ uᵢ) = Σ duᵢ", says="a sum hands its upstream gradient to every entry",
        pull=lambda g, y, x, axes, keep=False: (back(f.reshape(g, params=(without(x.shape, axes),)) if keep else g, x, axes),),
        slips=(Slip("reduction.sum-for-mean", lambda g, y, x, axes, keep=False: (back(f.reshape(g, params=(without(x.shape, axes),)) if keep else g, x, axes) / count(x.shape, axes),)),)),
    Row("mean", lambda x, axes: arrays.total(x, axes) / math.prod(np.shape(x)[a] for a in axes) if axes else x, joint=True, positive=ALL, heads=(heads.Mean,), names=("mean", "average"),
        params=(("axis", None),), settle=axes_of, shape=without, label="mean", note=Notation("mean({0})", latex=r"\operatorname{{mean}}\left({0}\right)"),
        rule="mean rule", formula="d mean(u) = (1/n)·Σ duᵢ", says="a mean shares its upstream gradient out equally",
        pull=lambda g, y, x, axes: (back(g / count(x.shape, axes), x, axes),),
        slips=(Slip("reduction.sum-for-mean", lambda g, y, x, axes: (back(g, x, axes),)),)),
    Row("norm", norm_forward, push=lambda d, y, x, axes: f.total(x * d[0], params=(axes,)) / y, heads=(heads.Norm,), positive=True, names=("norm",), params=(("axis", None),), settle=axes_of, shape=without, label="‖ ‖",
        note=Notation("norm({0})", Style("‖{0}‖", unless="‖"), r"\left\lVert {0} \right\rVert", mathml="<mrow><mo>‖</mo>{0}<mo>‖</mo></mrow>"), rule="norm rule", formula="d‖u‖ = u·du/‖u‖",
        says="a norm sends back the unit vector", pull=lambda g, y, x, axes: (back(f.tip(g / y, y), x, axes) * x,),
        also=(lambda x, axes: f.sqrt(f.total(f.power(x, params=(2,)), params=(axes,))), lambda x, axes: f.sqrt(f.total(x * x, params=(axes,)))),
        slips=(
            Slip("local.dropped", lambda g, y, x, axes: (back(g, x, axes) * x,), hint="By what is the vector divided?"),
            Slip("wrong-function", lambda g, y, x, axes: (2 * back(g, x, axes) * x,), hint="Is it the norm or its square?"),
            Slip("power.off-by-one", lambda g, y, x, axes: (back(g / (y * y), x, axes) * x,), hint="By which power of the norm is the vector divided?"),
            Slip("chain.missing-inner", lambda g, y, x, axes: (back(g / y, x, axes),)),
        )),
    Row("index", lambda x, key, shape: arrays.pick(x, key), joint=True, positive=ALL, heads=(heads.Index,), params=(("key", ()), ("shape", ())), inner=("shape",), settle=full_key, shape=index_shape,
        note=Notation("{0}[{key}]", None, "{0}[{key}]", 60, (60,), mathml="{0}<mo>[</mo>{key}<mo>]</mo>"), label="[ ]", rule="index rule", formula="d(u[k]) = (du)[k]",
        says="an index sends the gradient to the entry it took, and 0 to the others", pull=lambda g, y, x, key, shape: (f.place(g, params=(key, shape)),)),
    Row("reshape", arrays.reshape, joint=True, positive=ALL, heads=(heads.Reshape,), names=("reshape",), params=(("shape", ()),), settle=new_shape,
        shape=lambda s, have, want: want, note=Notation("reshape({0}, {shape})"), label="reshape", rule="reshape rule", formula="d reshape(u) = reshape(du)",
        says="a reshape puts the gradient back into the old shape", pull=lambda g, y, x, have, want: (f.reshape(g, params=(have,)),)),
    Row("concatenate", lambda *a: arrays.join(*a[:-2], axis=a[-2], nd=a[-1]), joint=True, positive=ALL, heads=(heads.Concatenate,), names=("concatenate", "concat"), arity=(1, None),
        params=(("axis", 0), ("nd", None)), inner=("nd",), settle=joined, shape=join_shape, label="concat", rule="concatenation rule", formula="d[u; v] = [du; dv]",
        says="a concatenation cuts the gradient where it was joined", pull=pull_join),
    Row("vector", lambda *a: arrays.stack(*a[:-1], nd=a[-1]), joint=True, positive=ALL, heads=(heads.Vector,), arity=(1, None), params=(("nd", None),), inner=("nd",),
        settle=lambda p, *shapes: (len(shapes[0]),), shape=stack_shape, note=Notation("[{*}]", None, Style(r"\begin{{bmatrix}} {*} \end{{bmatrix}}", comma=r" \\ "), mathml="<mrow><mo>[</mo>{*}<mo>]</mo></mrow>"), label="[ , ]", rule="vector rule",
        formula="d[u, v] = [du, dv]", says="a vector hands each entry its own gradient", pull=pull_stack),
    Row("softmax", arrays.softmax, push=lambda d, y, x, axis: y * (d[0] - over(y * d[0], x, axis)), heads=(heads.Softmax,), positive=True, names=("softmax",), params=(("axis", None),), settle=along, usual=(-1,), shape=lambda s, axis: s, label="softmax",
        note=call(r"\operatorname{{softmax}}\left({0}\right)"), rule="softmax rule", formula="∂pᵢ/∂uⱼ = pᵢ·(δᵢⱼ − pⱼ)",
        says="a softmax sends p·(g − Σ g·p): every score feels every probability",
        pull=lambda g, y, x, axis: (y * (g - f.total(g * y, params=((axis,), True))),),
        opens=lambda x, axis: f.exp(x) / f.total(f.exp(x), params=((axis,), True)),
        slips=(
            Slip("softmax.coupling-ignored", lambda g, y, x, axis: (g * y * (1 - y),)),
            Slip("softmax.diagonal-everywhere", lambda g, y, x, axis: (y * (1 - y) * f.total(g, params=((axis,), True)),)),
            Slip("ce.p-for-p-minus-y", lambda g, y, x, axis: (-y * f.total(g * y, params=((axis,), True)),)),
            Slip("ce.one-hot-everywhere", lambda g, y, x, axis: ((1 - y) * f.total(g * y, params=((axis,), True)),)),
            Slip("ce.sign", lambda g, y, x, axis: (y * (f.total(g * y, params=((axis,), True)) - g),)),
        )),
    Row("log_softmax", arrays.log_softmax, push=lambda d, y, x, axis: d[0] - over(f.softmax(x, params=(axis,)) * d[0], x, axis), heads=(heads.LogSoftmax,), names=("log_softmax",), params=(("axis", None),), settle=along, usual=(-1,), shape=lambda s, axis: s,
        label="log softmax", note=call(r"\operatorname{{logsoftmax}}\left({0}\right)"), rule="log-softmax rule", formula="∂log pᵢ/∂uⱼ = δᵢⱼ − pⱼ",
        slips=(
            Slip("ce.p-for-p-minus-y", lambda g, y, x, axis: (-f.exp(y) * f.total(g, params=((axis,), True)),)),
            Slip("ce.sign", lambda g, y, x, axis: (f.exp(y) * f.total(g, params=((axis,), True)) - g,)),
            Slip("ce.one-hot-everywhere", lambda g, y, x, axis: ((1 - f.exp(y)) * f.total(g, params=((axis,), True)),)),
        ),
        says="a log-softmax sends g − p·Σg", pull=lambda g, y, x, axis: (g - f.exp(y) * f.total(g, params=((axis,), True)),),
        opens=lambda x, axis: f.log(f.softmax(x, params=(axis,))), also=(lambda x, axis: f.log(f.softmax(x, params=(axis,))),)),
    Row("logsumexp", arrays.logsumexp,
        push=lambda d, y, x, axes: f.total((f.softmax(x) if len(axes) == 1 == len(x.shape) else f.exp(x - back(y, x, axes))) * d[0], params=(axes,)), heads=(heads.LogSumExp,), names=("logsumexp",), params=(("axis", None),), settle=axes_of, shape=without,
        label="log Σ exp", note=call(r"\operatorname{{logsumexp}}\left({0}\right)"), rule="log-sum-exp rule", formula="d log Σ eᵘ = Σ softmax(u)·du",
        says="a log-sum-exp sends each entry its softmax share",
        pull=lambda g, y, x, axes: (back(g, x, axes) * f.exp(x - back(y, x, axes)),), opens=lambda x, axes: f.log(f.total(f.exp(x), params=(axes,)))),
    Row("argmax", lambda x, axis: arrays.most(x, axis, ">", np.argmax), heads=(heads.ArgMax,), names=("argmax",), params=(("axis", None),), settle=along, usual=(-1,),
        shape=lambda s, axis: without(s, (axis,)), label="argmax", discrete=True, rule="argmax", says="an argmax has no gradient",
        refuses="argmax picks a place, so it has no gradient; take the gradient of softmax or of the score itself",
        note=call(r"\operatorname{{argmax}}\left({0}\right)")),
    # ----- what rules send back -----
    Row("spread", arrays.spread, heads=(heads.Spread,), joint=True, positive=ALL, params=(("axes", ()), ("shape", ())), inner=("axes", "shape"), shape=lambda s, axes, shape: shape, label="spread", rule="broadcast rule",
        note=Notation("spread({0})", Style("𝟙·{0}", 30, (30,)), Style(r"\mathbf{{1}} \cdot {0}", 30, (30,)), mathml=Style("<mn>𝟙</mn><mo>·</mo>{0}", 30, (30,))),
        formula="d spread(u) = spread(du)", says="a copy sums what comes back", pull=lambda g, y, x, axes, shape: (f.total(g, params=(axes,)),)),
    Row("sum_to", arrays.sum_to, heads=(heads.SumTo,), joint=True, positive=ALL, params=(("have", ()), ("want", ())), inner=("have", "want"), shape=lambda s, have, want: want, label="Σ", rule="sum rule", note=Notation("sum_to({0})", "Σ({0})", r"\sum\left({0}\right)", mathml="<mrow><mi>Σ</mi><mo>&#x2061;</mo><mrow><mo>(</mo>{0}<mo>)</mo></mrow></mrow>"),
        formula="d(Σ uᵢ) = Σ duᵢ", says="the entries that a number was broadcast to are summed", pull=lambda g, y, x, have, want: (0 * x + g,)),
    Row("place", arrays.place, heads=(heads.Place,), joint=True, positive=ALL, params=(("key", ()), ("shape", ())), inner=("key", "shape"), shape=lambda s, key, shape: shape, label="place", 
        note=Notation("place({0})", Style("{0} at [{key}]", 10, (20,)), Style(r"{0} \text{{ at }} [{key}]", 10, (20,)), mathml=Style("{0}<mtext>at</mtext><mo>[</mo>{key}<mo>]</mo>", 10, (20,))),
        rule="index rule", formula="d place(u) = place(du)", says="an entry put in place takes its own gradient",
        pull=lambda g, y, x, key, shape: (f.index(g, params=(key,)),)),
    # ----- a group shown as one node: its only setting is the body that it computes -----
    Row("block", lambda *a: a[-1].forward(*a[:-1]), arity=(1, None), finite=False, ties=True, params=(("body", None),), shape=lambda *s: s[-1].shape, label="▣", rule="chain rule",
        formula="d f(u) = Σ ∂f/∂uᵢ·duᵢ", says="a group sends each of its inputs what its own backward pass gives",
        written=lambda parts, body, form: body.written(parts, form),
        local=lambda y, *a, tie="zero": a[-1].local(y, a[:-1], tie), pull=lambda g, y, *a: a[-1].pull(g, y, a[:-1])),
    # ----- losses that open into a group -----
    Row("hinge", lambda s, y: max(0, 1 - y * s), heads=(heads.Hinge,), names=("hinge",), arity=(2, 2), group=True, label="hinge",
        opens=lambda s, y: f.max(s.constant(0), 1 - y * s), rule="hinge loss", formula="max(0, 1 − y·s)", says="the hinge loss of a score and its label"),
    Row("mse", lambda p, y: (p - y) ** 2, heads=(heads.Mse,), names=("mse",), arity=(2, 2), group=True, label="mse", shape=lambda p, y: (),
        opens=lambda p, y: f.mean(f.power(p - y, params=(2,))) if (p - y).shape else f.power(p - y, params=(2,)), rule="squared error",
        formula="mean((p − y)²)", says="the squared error of a prediction and its target, averaged over the entries"),
    Row("cross_entropy", lambda z, y: z, heads=(heads.CrossEntropy,), names=("cross_entropy",), arity=(2, 2), group=True, label="cross entropy", shape=lambda z, y: (),
        opens=lambda z, y: -f.total(y * f.log_softmax(z)), rule="cross entropy", formula="−Σ yᵢ·log softmax(z)ᵢ",
        says="the cross entropy of scores and a one-hot (or any) distribution"),
)  # fmt: skip


# ----- one probability of a softmax, written out in numbers: no node of a reader's, for the diagnosis recognises it -----
def weighted(first: Any, u: Any, d: Any) -> Any:
    """Return Σⱼ pⱼ·duⱼ, where `first` is p₀."""
    return sum((first * f.exp(v - u[0]) * slope for v, slope in zip(u, d, strict=True) if slope is not None), start=0 * first)


def others_differentiated(first: Any, u: Any, d: Any) -> Any:
    """Return Σⱼ (1 − pⱼ)·duⱼ."""
    return sum((slope for slope in d if slope is not None), start=0 * first) - weighted(first, u, d)


SHARES: tuple[Row, ...] = (
    Row("share", lambda *u: 1 / sum(np.exp(v - u[0]) for v in u), arity=(2, None), label="softmax entry", rule="softmax rule", formula="∂pᵢ/∂uⱼ = pᵢ·(δᵢⱼ − pⱼ)",
        local=lambda y, *u: (y * (1 - y), *(-y * y * f.exp(v - u[0]) for v in u[1:])),
        slips=(
            Slip("softmax.diagonal-everywhere", whole=lambda y, u, d: y * others_differentiated(y, u, d) if d[0] is None else None),
            Slip("softmax.diagonal-everywhere", whole=lambda y, u, d: y * (1 - y) * sum(s for s in d if s is not None) if d[0] is None else None),
            Slip("softmax.coupling-ignored", whole=lambda y, u, d: 0 * y if d[0] is None else y * d[0]),
            Slip("softmax.coupling-ignored", whole=lambda y, u, d: None if d[0] is None else y * (1 - y) * d[0]),
            Slip("ce.p-for-p-minus-y", whole=lambda y, u, d: None if d[0] is None else -y * weighted(y, u, d), rare=True),
        )),
    Row("log_share", lambda *u: -np.log(sum(np.exp(v - u[0]) for v in u)), arity=(2, None), label="log softmax entry", rule="log-softmax rule", formula="∂log pᵢ/∂uⱼ = δᵢⱼ − pⱼ",
        local=lambda y, *u: (1 - f.exp(y), *(-f.exp(y + v - u[0]) for v in u[1:])),
        slips=(
            Slip("ce.sign", whole=lambda y, u, d: weighted(f.exp(y), u, d) - (0 if d[0] is None else d[0])),
            Slip("ce.p-for-p-minus-y", whole=lambda y, u, d: None if d[0] is None else -weighted(f.exp(y), u, d)),
            Slip("ce.one-hot-everywhere", whole=lambda y, u, d: others_differentiated(f.exp(y), u, d) if d[0] is None else None),
        )),
    Row("log_sigmoid", lambda x: -np.logaddexp(0, -x), label="ln σ", rule="log-sigmoid rule", formula="d ln σ(u) = (1 − σ(u))·du", local=lambda y, x: (1 - f.exp(y),),
        also=(lambda x: f.log(f.sigmoid(x)), lambda x: f.log(1 - f.sigmoid(-x))),
        slips=(
            Slip("ce.sign", lambda y, x: (f.exp(y) - 1,)),
            Slip("ce.p-for-p-minus-y", lambda y, x: (-f.exp(y),)),
        )),
)  # fmt: skip

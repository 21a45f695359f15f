"""TABLE: one frozen row per operation, and nothing else.

Reader, graph, trace, picture, tutor, grader and tests read the row; nobody else knows what
`tanh` is. `local` and `pull` run on tracers (see `tracing`), `forward` on any algebra (see
`arrays`). To add an operation, add a row.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from ..errors import ShapeError
from . import arrays, folds, heads
from .arrays import Entry, Shape, show_shape
from .row import Kink, Notation, Row, Slip, Style
from .tracing import f

HALF = Fraction(1, 2)
EACH = range(1_000_000)
MOST_FACTORS, MOST_LEVELS = 4, 12  # beside a bracket, for its slips; in a product of products
Axes = tuple[int, ...]


# ----- writing -----
def infix(plain: str, binds: int, unicode: str | Style | None = None, latex: str | Style | None = None, join: bool = False) -> Notation:
    return Notation(plain, unicode, latex, binds, (binds, binds + 1), join)


PRODUCT = Notation(  # of two vectors · would be the dot product
    "*", Style("·", unless=r"(^|[^\w\])}])\[", instead="⊙"), Style(r" \cdot ", unless=r"\\begin\{bmatrix\}", instead=r" \odot "), 30, (30, 31), join=True,
    mathml=Style("<mo>·</mo>", unless=r"<mo>\[</mo>", instead="<mo>⊙</mo>"),
)  # fmt: skip


def bare(sign: str) -> str | Style:
    """Return the form of a comparison; `=` outside brackets would be read as a line of a derivation."""
    return Style(sign, 1) if sign.strip() == "=" else sign


def call(latex: str) -> Notation:
    return Notation("", latex=latex)


def flat(template: str, binds: int, *slots: int) -> Style:
    """Return a form whose layout (a bar, a raised place, a roof) brackets its arguments by itself."""
    return Style(template, binds, slots or (0,))


def cases(start: str, row: str, link: str, last: str, end: str, nothing: str) -> Style:
    """Return a form that writes a choice in the other branch as one more case, and no branch (`nothing`) as none."""
    chained = start.format(), start + row + link + "{2}"
    return Style(start + row + link + last + end, 15, (0,), (chained, (nothing, start + row + end)))


def scalar(name: str, local: Any, **columns: Any) -> Row:
    """Return the row of a function of one entry that SymPy, mpmath and NumPy all call by its name."""
    numpy_name = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh"}
    array = getattr(np, numpy_name.get(name, name))
    point = getattr(math, name)

    def numeric(x: Any) -> Any:
        return point(x) if type(x) is float else array(x)

    columns.setdefault("heads", (getattr(sp, name),))
    columns.setdefault("names", (name,))
    columns.setdefault("label", name)
    columns.setdefault("code", name + "({0})")
    columns.setdefault("note", call(rf"\{name}\left({{0}}\right)"))
    return Row(name, Entry(numeric, lambda m, x: getattr(m, name)(x)), local=local, **columns)


# ----- choices at a kink -----
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
            order.sort(key=lambda i: not args[i].is_constant)
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


def value_taken(local: Any) -> Any:
    """Return the slip of a max or min whose winning argument is not differentiated; one that does not vary gives 0."""

    def whole(y: Any, a: Any, d: Any) -> Any:
        won = local(y, *a, tie="zero")
        there = [x * w for x, w, slope in zip(a, won, d, strict=True) if slope is not None]
        return sum(there[1:], start=there[0])

    return whole


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


def is_zero(d: Any) -> bool:
    return isinstance(d, int)


def pairs(*args: Any) -> tuple[Any, ...]:
    return tuple(a - b for i, a in enumerate(args) for b in args[i + 1 :])


def compare(name: str, sign: str, test: Any, relation: Any, latex: str, unicode: str) -> Row:
    """Return the row of a comparison: 1 where it holds, 0 where not; no gradient flows through it."""

    def numeric(a: Any, b: Any) -> Any:
        return np.asarray(test(a, b), dtype=float) if isinstance(a, np.ndarray) or isinstance(b, np.ndarray) else int(test(a, b))

    def formula(m: Any, a: Any, b: Any) -> Any:
        return sp.Piecewise((1, relation(a, b)), (0, True)) if m is sp else m.mpf(int(test(a, b)))

    return Row(
        name, Entry(numeric, formula, exact=True), heads=(getattr(heads, name.capitalize()), relation), names=(name.capitalize(),), arity=(2, 2),
        note=infix(f" {sign} ", 10, bare(f" {unicode} "), bare(latex)), label=unicode, code="(1.0 if {0} " + sign + " {1} else 0.0)",
        discrete=True, kink=Kink(lambda a, b: (a - b,), lambda: (0, 0)), rule="comparison", says="a condition sends no gradient back",
    )  # fmt: skip


def truth(c: Any) -> Any:
    """Return the condition whose 1 or 0 a SymPy tree is: the relation itself, if it is there to be seen."""
    if isinstance(c, sp.Piecewise) and len(c.args) == 2 and c.args[0][0] == 1 and c.args[1][0] == 0:
        return c.args[0][1]
    return sp.Ne(c, 0)


def logic(name: str, word: str, test: Any, arity: tuple[int, int | None], note: Notation, relation: type) -> Row:
    def numeric(*args: Any) -> Any:
        if any(isinstance(a, np.ndarray) for a in args):
            return np.asarray(test([np.asarray(a, dtype=bool) for a in args]), dtype=float)
        return int(bool(test([bool(a) for a in args])))

    def formula(m: Any, *args: Any) -> Any:
        if m is not sp:
            return m.mpf(int(bool(test([bool(a) for a in args]))))
        return sp.Piecewise((1, relation(*(truth(a) for a in args))), (0, True))

    return Row(name, Entry(numeric, formula, exact=True), heads=(getattr(heads, name.capitalize()), relation), names=(name.capitalize(),), arity=arity,
               note=note, label=word, discrete=True, rule="condition", says="a condition sends no gradient back")  # fmt: skip


# ----- shapes of operations that mix entries -----
def matmul_shape(a: Shape, b: Shape, *_: Any) -> Shape:
    if not (1 <= len(a) <= 2 and 1 <= len(b) <= 2):
        raise ShapeError(f"@ needs vectors or matrices, met {show_shape(a)} and {show_shape(b)}; for numbers write *")
    if a[-1] != b[0]:
        fits = [text for text, x, y in ((".T on the right", a, b[::-1]), (".T on the left", a[::-1], b), ("the other order", b, a))
                if x[-1] == y[0] and (x, y) != (a, b)]  # fmt: skip
        inner = f"{a[-1]} {'columns' if len(a) == 2 else 'entries'} meet {b[0]} row{'s' * (b[0] != 1)}"
        raise ShapeError(f"cannot multiply {show_shape(a)} by {show_shape(b)}: {inner}; "
                         + (f"{fits[0]} would fit" if fits else f"the right side needs {a[-1]} rows"))  # fmt: skip
    return a[:-1] + b[1:]


def vectors(what: str) -> Any:
    def shape(a: Shape, b: Shape, *_: Any) -> Shape:
        if len(a) != 1 or len(b) != 1 or (what == "dot" and a != b):
            raise ShapeError(f"{what} needs two vectors{' of one length' if what == 'dot' else ''}, met {show_shape(a)} and {show_shape(b)}; "
                             "for matrices write @")  # fmt: skip
        return () if what == "dot" else a + b

    return shape


def axes_of(params: tuple[Any, ...], shape: Shape) -> tuple[Any, ...]:
    """Settle an axis (None: all of them) as a tuple of negative axes."""
    axis = params[0] if params else None
    given = range(len(shape)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    return (tuple(sorted(one_axis(a, shape) for a in given)), *params[1:])


def one_axis(axis: Any, shape: Shape) -> int:
    if not isinstance(axis, int) or not -len(shape) <= axis < len(shape):
        raise ShapeError(f"axis {axis} of shape {show_shape(shape)}: expected a whole number from {-len(shape)} to {len(shape) - 1}"
                         if shape else f"axis {axis} of a number: leave the axis out")  # fmt: skip
    return axis - len(shape) if axis >= 0 else axis


def without(shape: Shape, axes: Axes, keep: bool = False) -> Shape:
    drop = {a + len(shape) for a in axes}
    return tuple(1 if i in drop else n for i, n in enumerate(shape) if keep or i not in drop)


def count(shape: Shape, axes: Axes) -> int:
    return math.prod(shape[a] for a in axes)


def along(params: tuple[Any, ...], shape: Shape) -> tuple[Any, ...]:
    """Settle one axis, the last if not given."""
    if not shape:
        raise ShapeError("softmax and its kind need a vector or matrix, met a number; give the name a shape with shapes={…}")
    return (one_axis(-1 if not params or params[0] is None else params[0], shape),)


def full_key(params: tuple[Any, ...], shape: Shape) -> tuple[Any, ...]:
    """Settle an index: one entry per axis, negative numbers and slices resolved."""
    key = params[0]
    if len(key) > len(shape):
        raise ShapeError(f"{len(key)} indices into shape {show_shape(shape)}; expected at most {len(shape)}")
    out: list[Any] = []
    for axis, n in enumerate(shape):
        k = key[axis] if axis < len(key) else (None, None, None)
        if isinstance(k, tuple):
            start, stop, step = slice(*k).indices(n)
            out.append((start, stop if stop >= 0 else None, step))
        elif not -n <= k < n:
            raise ShapeError(f"index {k} into shape {show_shape(shape)}: expected {-n} to {n - 1}; counting starts at 0")
        else:
            out.append(k % n)
    return (tuple(out), shape)


def index_shape(shape: Shape, key: tuple[Any, ...], _: Shape) -> Shape:
    return tuple(len(range(n)[slice(*k)]) for n, k in zip(shape, key, strict=True) if isinstance(k, tuple))


def new_shape(params: tuple[Any, ...], shape: Shape) -> tuple[Any, ...]:
    want = params[-1] if isinstance(params[-1], tuple) else (params[-1],)
    size, known = math.prod(shape), math.prod(n for n in want if n != -1)
    if want.count(-1) == 1 and known and size % known == 0:
        want = tuple(size // known if n == -1 else n for n in want)
    if math.prod(want) != size or -1 in want:
        raise ShapeError(f"cannot reshape {show_shape(shape)} ({size} entries) to {show_shape(want)} ({math.prod(want)} entries)")
    return (shape, want)


def join_shape(*given: Any) -> Shape:
    *shapes, axis, _ = given
    first = shapes[0]
    for other in shapes[1:]:
        if without(other, (axis,)) != without(first, (axis,)) or len(other) != len(first):
            raise ShapeError(f"cannot concatenate {show_shape(first)} and {show_shape(other)}; all but the joined axis must agree")
    out = list(first)
    out[axis] = sum(s[axis] for s in shapes)
    return tuple(out)


def joined(params: tuple[Any, ...], *shapes: Shape) -> tuple[Any, ...]:
    if any(not s for s in shapes):
        raise ShapeError("concatenate joins vectors or matrices, met a number; write it as [a]")
    return (one_axis(params[0] if params and params[0] is not None else 0, shapes[0]), len(shapes[0]))


def stack_shape(*given: Any) -> Shape:
    *shapes, _ = given
    if any(s != shapes[0] for s in shapes):
        odd = next(s for s in shapes if s != shapes[0])
        raise ShapeError(f"the entries of [ … ] have shapes {show_shape(shapes[0])} and {show_shape(odd)}; they must agree")
    return (len(shapes), *shapes[0])


# ----- what operations that mix entries send back -----
def pull_matmul(g: Any, y: Any, a: Any, b: Any, nd_a: int, nd_b: int) -> tuple[Any, Any]:
    if (nd_a, nd_b) == (2, 1):
        return f.outer(g, b), f.transpose(a) @ g
    if (nd_a, nd_b) == (1, 2):
        return b @ g, f.outer(a, g)
    if (nd_a, nd_b) == (1, 1):
        return b * g, a * g
    return g @ f.transpose(b), f.transpose(a) @ g


def pull_join(g: Any, y: Any, *rest: Any) -> tuple[Any, ...]:
    *args, axis, nd = rest
    parts, start = [], 0
    for a in args:
        n = a.shape[axis]
        key = tuple((start, start + n, 1) if i == nd + axis else (0, a.shape[i], 1) for i in range(nd))
        parts.append(f.index(g, params=(key,)))
        start += n
    return tuple(parts)


def pull_stack(g: Any, y: Any, *rest: Any) -> tuple[Any, ...]:
    *args, _ = rest
    return tuple(f.index(g, params=((i,),)) for i in range(len(args)))


def back(g: Any, x: Any, axes: Axes) -> Any:
    return f.spread(g, params=(axes, x.shape))


def over(x: Any, like: Any, axis: int) -> Any:
    """Return the sum of x along `axis`, kept as an axis of length 1 unless `like` is a vector."""
    return f.total(x, params=((axis,), len(like.shape) > 1))


def gelu_formula(m: Any, x: Any) -> Any:
    return x * (1 + m.erf(x / m.sqrt(2))) / 2


def norm_forward(x: Any, axes: Axes) -> Any:
    return _sqrt(arrays.total(x * x, axes))


_sqrt = Entry(lambda x: math.sqrt(x) if type(x) is float else np.sqrt(x), lambda m, x: m.sqrt(x))


def power_code(u: Any, n: Any) -> Any:
    """Return uⁿ for a constant n; a Fraction stays exact when n is a whole number."""
    if isinstance(n, Fraction) and n.denominator == 1:
        n = n.numerator
    if isinstance(n, int):
        if isinstance(u, np.ndarray) and u.dtype != object:
            return u * u if n == 2 else u ** float(n)
        return symbolic_power(u, n) if isinstance(u, sp.Rational) else u**n
    return _power(u, n)


def whole_power(n: Any) -> str | None:
    return "{0} * {0}" if n == 2 else f"{{0}} ** {int(n)}" if n == int(n) and abs(n) < 1000 else None


def real_power(u: Any, v: Any) -> Any:
    """Return u^v over the reals: undefined (nan) for a negative u unless v is whole."""
    if isinstance(u, Fraction | int) and isinstance(v, Fraction | int) and Fraction(v).denominator == 1 and abs(Fraction(v)) < 1000:
        return Fraction(u) ** int(v)
    if isinstance(u, np.ndarray) or isinstance(v, np.ndarray):
        return np.power(np.asarray(u, dtype=float), np.asarray(v, dtype=float))
    u, v = float(u), float(v)
    return math.nan if u < 0 and v != int(v) else u**v


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
    return (n * f.power(u, params=(n - 1,)),)


# ----- slips -----
def turned(hint: str, local: Any) -> tuple[Slip, ...]:
    """Return the slip of a table of derivatives remembered with the wrong sign."""
    return (Slip("sign.table", lambda y, x: tuple(-d for d in local(y, x)), hint=hint),)


def inside(x: Any, *names: str) -> tuple[Any, ...]:
    """Return the arguments of a tracer that one of the operations `names` made, else nothing."""
    op, args, _ = x.builder.cells[x.id]
    return tuple(type(x)(x.builder, a) for a in args) if op in names else ()


def exponent(x: Any) -> Any:
    """Return the exponent of a tracer that is a power with a constant one, else None."""
    op, _, params = x.builder.cells[x.id]
    return params[0] if op == "power" else None


def firsts(total: Any) -> list[tuple[Any, Any]]:
    """Return (a beginning of a sum, how the rest follows on what takes its place), for every beginning shorter than the sum."""
    found: list[tuple[Any, Any]] = []
    steps: list[Any] = []
    at = total
    while len(args := inside(at, "add", "sub")) == 2:
        steps.append((at.builder.cells[at.id][0], args[1]))
        at = args[0]
        found.append((at, tuple(reversed(steps))))
    return found


def followed(start: Any, steps: Any) -> Any:
    for op, other in steps:
        start = start.apply(op, (start, other))
    return start


def factors(x: Any) -> list[Any]:
    """Return the factors of a product of products, in order; of one with very many the first level alone."""
    found: list[Any] = []
    todo = [x]
    while todo:
        if len(found) + len(todo) > MOST_LEVELS:
            return list(inside(x, "mul"))
        top = todo.pop()
        args = inside(top, "mul")
        if args:
            todo.extend(reversed(args))
        else:
            found.append(top)
    return found


def brackets_lost(y: Any, *args: Any) -> tuple[Any, ...]:
    """Return what a product is with the brackets around one of its factors left out: some factors go to its first term, the others to its last."""
    parts = factors(y)
    out: list[Any] = []
    for k, part in enumerate(parts):
        rest = parts[:k] + parts[k + 1 :]
        for start, steps in firsts(part) if len(rest) <= MOST_FACTORS else ():
            for chosen in range(1, 2 ** len(rest)):
                before = [x for j, x in enumerate(rest) if chosen >> j & 1]
                after = [x for j, x in enumerate(rest) if not chosen >> j & 1]
                last = (*steps[:-1], (steps[-1][0], product((steps[-1][1], *after)))) if after else steps
                out.append(followed(product((*before, start)), last))
    return tuple(out)


def quotient_brackets_lost(y: Any, a: Any, b: Any) -> tuple[Any, ...]:
    above = [followed(f.div(start, b), steps) for start, steps in firsts(a)]
    above += [a.apply(op, (*terms[:-1], f.div(terms[-1], b))) for op in ("add", "sub") if (terms := inside(a, op))]
    under = [followed(f.div(a, start), steps) for start, steps in firsts(b)]
    over = inside(b, "mul")
    return (*above, *under, *((f.div(a, over[0]) * over[1],) if len(over) == 2 else ()))


def cancelled(y: Any, a: Any, b: Any) -> tuple[Any, ...]:
    """Return what is left when a factor of the denominator is cancelled against one term of the numerator alone."""
    out = []
    for op in ("add", "sub"):
        terms = inside(a, op)
        for k, term in enumerate(terms):
            parts = factors(term)
            rest = [t for t in parts if t.id != b.id]
            if len(rest) < len(parts):
                new = list(terms)
                new[k] = product(tuple(rest)) if rest else b.constant(1)
                out.append(a.apply(op, tuple(new)))
    return tuple(out)


def sign_kept(y: Any, a: Any, b: Any) -> tuple[Any, ...]:
    """Return a − (b ± c) with the minus sign taken to b alone."""
    return tuple(followed(a - start, steps) for start, steps in firsts(b))


def roots_joined(op: str) -> Any:
    def instead(y: Any, *args: Any) -> tuple[Any, ...]:
        under = [inside(a, "sqrt") for a in args]
        return (f.sqrt(args[0].apply(op, tuple(u[0] for u in under))),) if all(under) else ()

    return instead


def root(x: Any) -> Any:
    return inside(x, "power")[0] if exponent(x) == 2 else f.sqrt(x)


def roots_of_terms(y: Any, x: Any) -> tuple[Any, ...]:
    return tuple(x.apply(op, tuple(root(t) for t in inside(x, op))) for op in ("add", "sub") if inside(x, op))


def logs_confused(y: Any, x: Any) -> tuple[Any, ...]:
    """Return what a logarithm becomes when its laws are mixed up."""
    out = [f.power(f.log(u), params=(exponent(x),)) for u in inside(x, "power")]
    return (*out, *(x.apply(op, tuple(f.log(t) for t in inside(x, op))) for op in ("mul", "div", "add", "sub") if inside(x, op)))


def powers_of_terms(y: Any, u: Any, n: Any) -> tuple[Any, ...]:
    return tuple(u.apply(op, tuple(f.power(t, params=(n,)) for t in inside(u, op))) for op in ("add", "sub") if inside(u, op))


def power_brackets_lost(y: Any, u: Any, n: Any) -> tuple[Any, ...]:
    parts = inside(u, "add", "sub", "mul", "neg")
    return (u.apply(u.builder.cells[u.id][0], (*parts[:-1], f.power(parts[-1], params=(n,)))),) if parts else ()


def many(d: Any) -> list[Any]:
    """Return the slopes that are there, if there are at least two of them."""
    there = [x for x in d if x is not None]
    return there if len(there) > 1 else []


def flat_if_still(slope: Any, y: Any) -> Any:
    """Return a slope, 0 for one that is not there."""
    return y.constant(0) if slope is None else slope


def share(y: Any, u: Any, v: Any) -> bool:
    """Return whether u/v is a share eᵘ/Σeᵘ: an exponential over a sum that holds it."""
    if not inside(u, "exp"):
        return False
    todo, met = [v], {v.id}
    while todo:
        terms = [t for t in inside(todo.pop(), "add") if t.id not in met]
        met.update(t.id for t in terms)
        todo.extend(terms)
    return u.id in met and v.id != u.id


def probability(x: Any) -> bool:
    """Return whether a tracer is a share or a sigmoid."""
    return bool(inside(x, "sigmoid")) or any(share(x, *(inside(x, "div"))) for _ in inside(x, "div")[:1])


def quotient_whole(rule: Any) -> Any:
    """Return a wrong quotient rule, with 0 for the slope of a constant; only if the denominator varies."""
    return lambda y, a, d: None if d[1] is None else rule(a[0], a[1], flat_if_still(d[0], y), d[1])


TABLE: tuple[Row, ...] = (
    # ----- arithmetic -----
    Row(
        "add", lambda *a: sum(a[1:], start=a[0]), arity=(2, None), joint=True, note=Notation(" + ", binds=20, slots=(20, 21), join=True, minus="sub"), label="+", code="{0} + {1}",
        fold=folds.add, rule="sum rule", formula="d(u + v) = du + dv", says="a sum hands its upstream gradient on unchanged",
        local=lambda y, *a: (1,) * len(a),
        slips=(
            Slip("local.other-operation", lambda y, *a: (*a[1:], a[0]), hint="For a sum each local derivative is a constant."),
            Slip("local.other-operation", lambda y, *a: a, hint="For a sum each local derivative is a constant."),
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
        "mul", lambda *a: math.prod(a[1:], start=a[0]), arity=(2, None), linear=EACH, note=PRODUCT, label="×", code="{0} * {1}",
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
        ),
    ),
    Row(
        "div", lambda a, b: a / b if not isinstance(a, int) or not isinstance(b, int) else Fraction(a) / b, arity=(2, 2),
        note=Notation("{0}/{1}", None, flat(r"\frac{{{0}}}{{{1}}}", 45), 30, (30, 31), mathml=flat("<mfrac><mrow>{0}</mrow><mrow>{1}</mrow></mfrac>", 45)), label="÷", code="{0} / {1}", domain=("real", "nonzero"), linear=(0,),
        push=lambda d, y, a, b: (-(a * d[1]) if is_zero(d[0]) else d[0] * b - a * d[1]) / f.power(b, params=(2,)),
        alone=(("constant multiple rule", "d(u/c) = du/c"), ("reciprocal rule", "d(c/v) = −c·dv/v²")),
        fold=folds.div, rule="quotient rule", formula="d(u/v) = (v·du − u·dv)/v²", says="a quotient sends 1/v to the numerator and −u/v² to the denominator",
        local=lambda y, a, b: (1 / b, -a / f.power(b, params=(2,))),
        slips=(
            Slip("quotient.plus", lambda y, a, b: (None, a / f.power(b, params=(2,)))),
            Slip("quotient.denominator-not-squared", lambda y, a, b: (None, -a / b)),
            Slip("quotient.order-swapped", lambda y, a, b: (-1 / b, a / f.power(b, params=(2,)))),
            Slip("quotient.denominator-not-squared", whole=quotient_whole(lambda u, v, du, dv: (v * du - u * dv) / v)),
            Slip("quotient.derivatives-divided", whole=lambda y, a, d: d[0] / d[1] if many(d) else None),
            Slip("product.derivatives-multiplied", whole=lambda y, a, d: -d[0] * d[1] / f.power(a[1], params=(2,)) if many(d) else None, rare=True, hint="Written as u·v⁻¹ it is a product: which rule does it need?"),
            Slip("ce.p-for-p-minus-y", whole=lambda y, a, d: -a[0] * d[1] / f.power(a[1], params=(2,)) if share(y, *a) and many(d) else None),
            Slip("ce.one-hot-everywhere", whole=lambda y, a, d: y - a[0] * d[1] / f.power(a[1], params=(2,)) if share(y, *a) and d[0] is None and d[1] is not None else None),
            Slip("softmax.coupling-ignored", whole=lambda y, a, d: (0 * y if d[0] is None else d[0] / a[1]) if share(y, *a) and d[1] is not None else None),
            Slip("softmax.diagonal-everywhere", whole=lambda y, a, d: y * (1 - d[1] / a[1]) if share(y, *a) and d[0] is None and d[1] is not None else None),
            Slip("softmax.diagonal-everywhere", whole=lambda y, a, d: y * (1 - y) if share(y, *a) and d[0] is None and d[1] is not None else None),
            Slip("algebra.parenthesis", instead=quotient_brackets_lost, hint="What exactly stands above, and what under the fraction bar?"),
            Slip("algebra.cancelling", instead=cancelled, hint="A factor can be cancelled only if it is in every term."),
        ),
    ),
    Row(
        "power", power_code, params=(("n", 2),), note=Notation("{0}**{n}", "{0}{n:sup}", "{0}^{n:sup}", 50, (51,), mathml="<msup><mrow>{0}</mrow>{n:sup}</msup>"), label="( )ⁿ",
        fold=folds.power, rule="power rule", formula="d(uⁿ) = n·uⁿ⁻¹·du", says="a power brings its exponent down and lowers it by one",
        local=power_local, code=whole_power,
        slips=(
            Slip("power.exponent-kept", lambda y, u, n: (n * y,)),
            Slip("power.coefficient-dropped", lambda y, u, n: (f.power(u, params=(n - 1,)),)),
            Slip("power.off-by-one", lambda y, u, n: (n * f.power(u, params=(n - 2,)),), rare=True),
            Slip("power.off-by-one", lambda y, u, n: ((n - 1) * f.power(u, params=(n - 1,)),), hint="Which number comes down as the factor?"),
            Slip("power.exponent-kept", lambda y, u, n: (y,), rare=True, hint="What happens to the exponent in the power rule, and what comes down?"),
            Slip("log.power-confusion", instead=lambda y, u, n: tuple(f.log(f.power(v, params=(n,))) for v in inside(u, "log")), hint="(ln u)ⁿ and ln(uⁿ) are two functions: which is it here?"),
            Slip("power.off-by-one", instead=lambda y, u, n: (f.power(u, params=(n - 1,)), f.power(u, params=(n + 1,))), rare=True, hint="Check the exponent."),
            Slip("algebra", instead=powers_of_terms, hint="Try the power of the sum and the sum of the powers with numbers."),
            Slip("algebra.parenthesis", instead=power_brackets_lost, hint="What exactly is raised to the power?"),
        ),
    ),
    Row(
        "pow", _power, arity=(2, 2), note=Notation("{0}**{1}", Style("{0}^{1}", slots=(51, 60)), flat("{0}^{{{1}}}", 50, 51, 0), 50, (51, 50), mathml=flat("<msup><mrow>{0}</mrow><mrow>{1}</mrow></msup>", 50, 51, 0)), label="uᵛ", domain=("positive", "real"),
        alone=(("power rule", "d(uᶜ) = c·uᶜ⁻¹·du"), ("exponential rule", "d(cᵛ) = cᵛ·ln c·dv")),
        rule="general power rule", formula="d(uᵛ) = uᵛ·(v'·ln u + v·u'/u)", says="a general power sends v·uᵛ⁻¹ to its base and uᵛ·ln u to its exponent",
        local=lambda y, u, v: (v * f.pow(u, v - 1), y * f.log(u)),
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
        "sqrt", _sqrt, names=("sqrt",), tree=lambda x: heads.unevaluated(sp.Pow, x, sp.Rational(1, 2)), note=Notation("sqrt({0})", Style("√{0}", 45, (61,), unless=r"\["), flat(r"\sqrt{{{0}}}", 45), mathml=flat("<msqrt>{0}</msqrt>", 45)), label="√", domain=("nonnegative",), code="sqrt({0})",
        rule="square root rule", formula="d(√u) = du/(2·√u)", says="a square root divides by twice itself",
        local=lambda y, x: (1 / (2 * y),),
        slips=(
            Slip("power.coefficient-dropped", lambda y, x: (1 / y,), hint="The exponent ½ comes down as a factor."),
            Slip("power.exponent-kept", lambda y, x: (y / 2,), hint="What happens to the exponent ½ in the power rule?"),
            Slip("power.off-by-one", lambda y, x: (1 / (2 * x * y),), hint="By how much does the exponent ½ fall?"),
            Slip("sqrt.of-sum", instead=roots_of_terms),
            Slip("domain.abs-dropped", instead=lambda y, x: inside(x, "power") if exponent(x) == 2 else (), hint="What is √(u²) for a negative u?"),
        ),
    ),
    # ----- exponentials and logarithms -----
    scalar("exp", lambda y, x: (y,), note=Notation("exp({0})", None, flat("e^{{{0}}}", 50), mathml=flat("<msup><mi>e</mi><mrow>{0}</mrow></msup>", 50)), rule="exponential rule", formula="d(eᵘ) = eᵘ·du",
           label="eᵘ", says="the exponential is its own derivative",
           slips=(
               Slip("exp.power-rule", lambda y, x: (x * f.exp(x - 1),)),
               Slip("exp.power-rule", whole=lambda y, a, d: a[0] * f.exp(a[0] - 1)),
               Slip("sigmoid.argument-sign", instead=lambda y, x: (f.exp(-x),), hint="Check the sign in the exponent."),
               Slip("algebra", instead=lambda y, x: (f.add(*(f.exp(t) for t in inside(x, "add"))),) if inside(x, "add") else (), hint="Is e^(a + b) a sum or a product?"),
           )),
    scalar("log", lambda y, x: (1 / x,), names=("log", "ln"), domain=("positive",), label="ln", rule="logarithm rule", formula="d(ln u) = du/u",
           note=Notation("log({0})", "ln({0})", r"\ln\left({0}\right)", mathml="<mrow><mi>ln</mi><mo>&#x2061;</mo><mrow><mo>(</mo>{0}<mo>)</mo></mrow></mrow>"), says="a logarithm divides by its argument",
           slips=(
               Slip("chain.outer-not-differentiated", lambda y, x: (y,), rare=True, hint="ln itself has to be differentiated too."),
               Slip("log.base", lambda y, x: (1 / (x * f.log(x.constant(10))),)),
               Slip("log.base", lambda y, x: (1 / (x * f.log(x.constant(2))),)),
               Slip("log.power-confusion", instead=logs_confused),
               Slip("ce.sign", whole=lambda y, a, d: -d[0] / a[0] if probability(a[0]) else None),
           )),
    # ----- trigonometry -----
    scalar("sin", lambda y, x: (f.cos(x),), rule="sine rule", formula="d(sin u) = cos u·du", says="sine becomes cosine",
           slips=(Slip("sign.table", lambda y, x: (-f.cos(x),)),)),
    scalar("cos", lambda y, x: (-f.sin(x),), rule="cosine rule", formula="d(cos u) = −sin u·du", says="cosine becomes minus sine",
           slips=(Slip("sign.table", lambda y, x: (f.sin(x),)),)),
    scalar("tan", lambda y, x: (1 + f.power(y, params=(2,)),), domain=((-1.5, 1.5),), rule="tangent rule", formula="d(tan u) = (1 + tan²u)·du",
           says="tangent becomes one plus its square", slips=turned("Check the sign in your table of derivatives.", lambda y, x: (1 + f.power(y, params=(2,)),))),
    scalar("asin", lambda y, x: (1 / f.sqrt(1 - f.power(x, params=(2,))),), domain=((-1, 1),), names=("asin", "arcsin"),
           note=call(r"\arcsin\left({0}\right)"), rule="arcsine rule", formula="d(asin u) = du/√(1 − u²)", says="arcsine divides by √(1 − u²)",
           slips=turned("Which of arcsine and arccosine has the minus sign?", lambda y, x: (1 / f.sqrt(1 - f.power(x, params=(2,))),))),
    scalar("acos", lambda y, x: (-1 / f.sqrt(1 - f.power(x, params=(2,))),), domain=((-1, 1),), names=("acos", "arccos"),
           note=call(r"\arccos\left({0}\right)"), rule="arccosine rule", formula="d(acos u) = −du/√(1 − u²)", says="arccosine divides by −√(1 − u²)",
           slips=turned("Which of arcsine and arccosine has the minus sign?", lambda y, x: (-1 / f.sqrt(1 - f.power(x, params=(2,))),))),
    scalar("atan", lambda y, x: (1 / (1 + f.power(x, params=(2,))),), names=("atan", "arctan"), note=call(r"\arctan\left({0}\right)"),
           rule="arctangent rule", formula="d(atan u) = du/(1 + u²)", says="arctangent divides by 1 + u²",
           slips=turned("Check the sign in your table of derivatives.", lambda y, x: (1 / (1 + f.power(x, params=(2,))),))),
    scalar("sinh", lambda y, x: (f.cosh(x),), rule="hyperbolic sine rule", formula="d(sinh u) = cosh u·du", says="sinh becomes cosh",
           slips=turned("Hyperbolic functions keep their sign.", lambda y, x: (f.cosh(x),))),
    scalar("cosh", lambda y, x: (f.sinh(x),), rule="hyperbolic cosine rule", formula="d(cosh u) = sinh u·du", says="cosh becomes sinh",
           slips=(Slip("sign.table", lambda y, x: (-f.sinh(x),), hint="Hyperbolic functions keep their sign."),)),
    scalar("tanh", lambda y, x: (1 - f.power(y, params=(2,)),), rule="tanh rule", formula="d(tanh u) = (1 − tanh²u)·du",
           says="tanh gives one minus its own square",
           slips=(
               Slip("tanh.table", lambda y, x: (1 + f.power(y, params=(2,)),)),
               Slip("tanh.table", lambda y, x: (f.power(1 - y, params=(2,)),)),
               Slip("tanh.table", lambda y, x: (-f.power(y, params=(2,)),)),
               Slip("tanh.table", lambda y, x: (y,), hint="tanh itself has to be differentiated too."),
               Slip("tanh.table", lambda y, x: (1 - y,)),
               Slip("sign.table", lambda y, x: (f.power(y, params=(2,)) - 1,)),
               Slip("tanh-as-sigmoid", lambda y, x: (y * (1 - y),)),
           )),
    scalar("asinh", lambda y, x: (1 / f.sqrt(f.power(x, params=(2,)) + 1),), names=("asinh", "arcsinh", "arsinh"), note=call(r"\operatorname{{arsinh}}\left({0}\right)"),
           rule="inverse hyperbolic sine rule", formula="d(asinh u) = du/√(u² + 1)", says="asinh divides by √(u² + 1)"),
    scalar("acosh", lambda y, x: (1 / f.sqrt(f.power(x, params=(2,)) - 1),), names=("acosh", "arccosh", "arcosh"), domain=((1, 5),),
           note=call(r"\operatorname{{arcosh}}\left({0}\right)"), rule="inverse hyperbolic cosine rule", formula="d(acosh u) = du/√(u² − 1)",
           says="acosh divides by √(u² − 1)"),
    scalar("atanh", lambda y, x: (1 / (1 - f.power(x, params=(2,))),), names=("atanh", "arctanh", "artanh"), domain=((-1, 1),),
           note=call(r"\operatorname{{artanh}}\left({0}\right)"), rule="inverse hyperbolic tangent rule", formula="d(atanh u) = du/(1 − u²)",
           says="atanh divides by 1 − u²"),
    Row("erf", Entry(arrays.erf, lambda m, x: m.erf(x)), heads=(sp.erf,), names=("erf",), label="erf", code="erf({0})",
        rule="error function rule", formula="d(erf u) = 2/√π·e^(−u²)·du", says="erf gives a bell curve",
        note=call(r"\operatorname{{erf}}\left({0}\right)"), local=lambda y, x: (2 / f.sqrt(x.constant("pi")) * f.exp(-f.power(x, params=(2,))),),
        slips=(Slip("constant.factor-dropped", lambda y, x: (f.exp(-f.power(x, params=(2,))),), hint="Which constant stands in front of the bell curve?"),)),
    Row("erfc", Entry(lambda x: math.erfc(x) if isinstance(x, float) else 1 - arrays.erf(x), lambda m, x: m.erfc(x)), heads=(sp.erfc,),
        names=("erfc",), label="erfc", code="erfc({0})", rule="complementary error function rule", formula="d(erfc u) = −2/√π·e^(−u²)·du",
        note=call(r"\operatorname{{erfc}}\left({0}\right)"), says="erfc gives a bell curve turned over",
        local=lambda y, x: (-2 / f.sqrt(x.constant("pi")) * f.exp(-f.power(x, params=(2,))),)),
    # ----- kinks -----
    Row("abs", Entry(abs, lambda m, x: sp.Abs(x) if m is sp else abs(x), exact=True), heads=(sp.Abs,), names=("abs", "Abs", "fabs"), label="| |",
        code="abs({0})", note=Notation("abs({0})", Style("|{0}|", unless=r"\|"), r"\left|{0}\right|", mathml="<mrow><mo>|</mo>{0}<mo>|</mo></mrow>"), rule="absolute value rule", formula="d|u| = sign(u)·du",
        says="an absolute value passes the gradient with the sign of its argument", local=lambda y, x, tie: (gate(x, tie, -1, 1),),
        kink=Kink(lambda x: (x,), lambda: (-1, 1)),
        slips=(
            Slip("branch.ignored", lambda y, x, tie: (1,), hint="What is the slope on the other side of the kink?"),
            Slip("branch.swapped", lambda y, x, tie: (-gate(x, tie, -1, 1),)),
            Slip("branch.value-not-derivative", lambda y, x, tie: (y,)),
        )),
    Row("sign", Entry(lambda x: np.sign(x) if isinstance(x, np.ndarray) else int(x > 0) - int(x < 0) if x == x else x, lambda m, x: m.sign(x), exact=True),
        heads=(sp.sign,), names=("sign", "sgn"), label="sign", rule="sign rule", formula="d(sign u) = 0", says="a sign is flat: its derivative is 0",
        note=call(r"\operatorname{{sign}}\left({0}\right)"), local=lambda y, x, tie: (0,), kink=Kink(lambda x: (x,), lambda: (0, 0))),
    Row("max", Entry(arrays.extreme(max, np.maximum), lambda m, *a: sp.Max(*a) if m is sp else max(a), exact=True), heads=(heads.Max, sp.Max),
        names=("max", "Max", "maximum"), arity=(2, None), label="max", note=call(r"\max\left({*}\right)"), rule="max rule by cases", push=by_cases(1),
        formula="d max(u, v) = du where u > v, dv where v > u", says="a max sends the whole gradient to the argument that won", local=winners(1),
        code="({0} if {0} >= {1} else {1})", kink=Kink(pairs, lambda: (0, 1)),
        slips=(
            Slip("branch.swapped", lambda y, *a, tie: winners(-1)(y, *a, tie=tie), hint="Which argument is the larger one here?"),
            Slip("branch.ignored", lambda y, *a, tie: (1,) * len(a), hint="On the other side of the kink the constant wins."),
            Slip("branch.value-not-derivative", lambda y, *a, tie: tuple(x * w for x, w in zip(a, winners(1)(y, *a, tie=tie), strict=True)), hint="On the active side, is it the value or its derivative?"),
            Slip("branch.value-not-derivative", whole=value_taken(winners(1)), hint="On the active side, is it the value or its derivative?"),
        )),
    Row("min", Entry(arrays.extreme(min, np.minimum), lambda m, *a: sp.Min(*a) if m is sp else min(a), exact=True), heads=(heads.Min, sp.Min),
        names=("min", "Min", "minimum"), arity=(2, None), label="min", note=call(r"\min\left({*}\right)"), rule="min rule by cases", push=by_cases(-1),
        formula="d min(u, v) = du where u < v, dv where v < u", says="a min sends the whole gradient to the argument that won", local=winners(-1),
        code="({0} if {0} <= {1} else {1})", kink=Kink(pairs, lambda: (0, 1)),
        slips=(
            Slip("branch.swapped", lambda y, *a, tie: winners(1)(y, *a, tie=tie), hint="Which argument is the smaller one here?"),
            Slip("branch.ignored", lambda y, *a, tie: (1,) * len(a), hint="On the other side of the kink the constant wins."),
            Slip("branch.value-not-derivative", lambda y, *a, tie: tuple(x * w for x, w in zip(a, winners(-1)(y, *a, tie=tie), strict=True)), hint="On the active side, is it the value or its derivative?"),
            Slip("branch.value-not-derivative", whole=value_taken(winners(-1)), hint="On the active side, is it the value or its derivative?"),
        )),
    Row("relu", Entry(lambda x: np.maximum(x, 0) if isinstance(x, np.ndarray) else max(x, 0 * x), lambda m, x: sp.Max(0, x) if m is sp else max(x, 0), exact=True),
        heads=(heads.Relu,), names=("relu", "ReLU"), label="relu", code="({0} if {0} > 0 else 0.0)", note=call(r"\operatorname{{ReLU}}\left({0}\right)"),
        rule="relu rule", formula="d relu(u) = du where u > 0, else 0", says="a relu passes the gradient where its argument is positive and blocks it elsewhere",
        local=lambda y, x, tie: (gate(x, tie),), kink=Kink(lambda x: (x,), lambda: (0, 1)), opens=lambda x: f.max(x.constant(0), x),
        slips=(
            Slip("branch.ignored", lambda y, x, tie: (1,), hint="What is the slope where the argument is negative?"),
            Slip("branch.value-not-derivative", lambda y, x, tie: (y,), hint="On the active side, is it the value or its derivative?"),
            Slip("branch.value-not-derivative", whole=lambda y, a, d: y, hint="On the active side, is it the value or its derivative?"),
            Slip("branch.swapped", lambda y, x, tie: (1 - gate(x, tie),), hint="On which side of 0 does a relu let the gradient through?"),
        )),
    Row("leaky_relu", Entry(lambda x, a: np.where(x > 0, x, a * x) if isinstance(x, np.ndarray) else x if x > 0 else a * x,
                            lambda m, x, a: sp.Piecewise((x, x > 0), (a * x, True)) if m is sp else (x if x > 0 else a * x), exact=True),
        heads=(heads.LeakyRelu,), names=("leaky_relu",), params=(("slope", Fraction(1, 100)),), label="leaky relu",
        note=call(r"\operatorname{{LeakyReLU}}\left({0}\right)"), rule="leaky relu rule", formula="d leaky(u) = du where u > 0, else a·du",
        says="a leaky relu passes the gradient whole where its argument is positive, and a small part of it elsewhere",
        local=lambda y, x, a, tie: (gate(x, tie, a, 1),), kink=Kink(lambda x: (x,), lambda a: (min(a, 1), max(a, 1))),
        slips=(
            Slip("branch.swapped", lambda y, x, a, tie: (gate(x, tie, 1, a),), hint="Which slope belongs to which side?"),
            Slip("branch.ignored", lambda y, x, a, tie: (1,), hint="What is the slope where the argument is negative?"),
            Slip("branch.ignored", lambda y, x, a, tie: (gate(x, tie),), hint="Is the slope really 0 where the argument is negative?"),
            Slip("branch.value-not-derivative", lambda y, x, a, tie: (y,)),
        )),
    Row("elu", Entry(lambda x, a: np.where(x > 0, x, a * np.expm1(np.minimum(x, 0))) if isinstance(x, np.ndarray) else x if x > 0 else float(a) * math.expm1(x),
                     lambda m, x, a: sp.Piecewise((x, x > 0), (a * (sp.exp(x) - 1), True)) if m is sp else (x if x > 0 else a * (m.exp(x) - 1))),
        heads=(heads.Elu,), names=("elu",), params=(("alpha", 1),), label="elu", note=call(r"\operatorname{{ELU}}\left({0}\right)"),
        rule="elu rule", formula="d elu(u) = du where u > 0, else a·eᵘ·du", says="an elu passes the gradient where its argument is positive and shrinks it elsewhere",
        local=lambda y, x, a, tie: (f.where(f.gt(x, 0) if tie in ("zero", "first") or a == 1 else f.ge(x, 0), 1, a * f.exp(x)),),
        kink=Kink(lambda x: (x,), lambda a: (min(a, 1), max(a, 1)))),
    Row("step", Entry(lambda x, h: np.heaviside(x, float(h)) if isinstance(x, np.ndarray) else 1 if x > 0 else h if x == 0 else 0,
                      lambda m, x, h: sp.Piecewise((0, x < 0), (h, sp.Eq(x, 0)), (1, True)) if m is sp else (m.mpf(1) if x > 0 else h if x == 0 else m.mpf(0)), exact=True),
        heads=(heads.Step, sp.Heaviside), names=("step", "Heaviside", "heaviside", "H", "theta"), params=(("at_zero", HALF),), label="step", note=Notation("step({0})"),
        rule="step rule", formula="d step(u) = 0", says="a step is flat: its derivative is 0", local=lambda y, x, h, tie: (0,),
        kink=Kink(lambda x: (x,), lambda h: (0, 0))),
    # ----- conditions -----
    compare("lt", "<", lambda a, b: a < b, sp.StrictLessThan, " < ", "<"),
    compare("le", "<=", lambda a, b: a <= b, sp.LessThan, r" \le ", "≤"),
    compare("gt", ">", lambda a, b: a > b, sp.StrictGreaterThan, " > ", ">"),
    compare("ge", ">=", lambda a, b: a >= b, sp.GreaterThan, r" \ge ", "≥"),
    compare("eq", "==", lambda a, b: a == b, sp.Eq, " = ", "="),
    compare("ne", "!=", lambda a, b: a != b, sp.Ne, r" \ne ", "≠"),
    logic("and", "and", lambda a: np.logical_and.reduce(np.broadcast_arrays(*a)), (2, None), Notation(" and ", None, r" \land ", 6, (6, 7), True, "<mo>∧</mo>"), sp.And),
    logic("or", "or", lambda a: np.logical_or.reduce(np.broadcast_arrays(*a)), (2, None), Notation(" or ", None, r" \lor ", 4, (4, 5), True, "<mo>∨</mo>"), sp.Or),
    logic("not", "not", lambda a: np.logical_not(a[0]), (1, 1), Notation("not {0}", None, r"\lnot {0}", 8, (8,), mathml="<mo>¬</mo>{0}"), sp.Not),
    Row("indicator", Entry(lambda c: np.asarray(c != 0, dtype=float) if isinstance(c, np.ndarray) else int(c != 0), lambda m, c: sp.Piecewise((1, truth(c)), (0, True)) if m is sp else m.mpf(int(c != 0)), exact=True),
        heads=(heads.Indicator,), names=("indicator",), label="1[ ]", note=Notation("indicator({0})", "𝟙[{0}]", r"\mathbb{{1}}\left[{0}\right]", mathml="<mrow><mi>𝟙</mi><mo>[</mo>{0}<mo>]</mo></mrow>"), code="{0}",
        discrete=True, rule="indicator", says="an indicator is flat: its derivative is 0"),
    Row("where", Entry(arrays.choose, lambda m, c, a, b: sp.Piecewise((a, truth(c)), (b, True)) if m is sp else (a if c else b), exact=True),
        heads=(heads.Where,), names=("where",), arity=(3, 3), label="where", conditions=(0,), joint=True, rule="rule by cases", code="({1} if {0} else {2})",
        note=Notation("where({0}, {1}, {2})", Style("where({0}, {1}, {2})", slots=(2, 0)), cases(r"\begin{{cases}} ", r"{1} & \text{{if }} {0}", r" \\ ", r"{2} & \text{{otherwise}}", r" \end{{cases}}", r"\mathrm{nan}"),
                      mathml=cases("<mrow><mo>{{</mo><mtable>", "<mtr><mtd>{1}</mtd><mtd><mtext>if</mtext>{0}</mtd></mtr>", "",
                                   "<mtr><mtd>{2}</mtd><mtd><mtext>otherwise</mtext></mtd></mtr>", "</mtable></mrow>", "<mi>nan</mi>")),
        formula="d where(c, u, v) = du where c holds, else dv", says="a choice sends the whole gradient to the branch that was taken",
        local=lambda y, c, a, b: (None, f.indicator(c), f.indicator(getattr(f, "not")(c))),
        slips=(
            Slip("branch.swapped", lambda y, c, a, b: (None, f.indicator(getattr(f, "not")(c)), f.indicator(c)), hint="Which branch is taken here?"),
            Slip("branch.ignored", whole=lambda y, a, d: flat_if_still(d[1], y), hint="What is the slope on the other branch?"),
            Slip("branch.ignored", whole=lambda y, a, d: flat_if_still(d[2], y), hint="What is the slope on the first branch?"),
            Slip("branch.value-not-derivative", whole=lambda y, a, d: y, hint="On each branch, is it the value or its derivative?"),
            Slip("branch.value-not-derivative", whole=lambda y, a, d: f.where(a[0], flat_if_still(d[1], y), a[2]), hint="On each branch, is it the value or its derivative?"),
            Slip("branch.value-not-derivative", whole=lambda y, a, d: f.where(a[0], a[1], flat_if_still(d[2], y)), hint="On each branch, is it the value or its derivative?"),
        )),
    # ----- activations -----
    Row("sigmoid", Entry(arrays.sigmoid, lambda m, x: 1 / (1 + m.exp(-x))), heads=(heads.Sigmoid,), names=("sigmoid", "expit", "logistic", "sigma"), label="σ", code="1.0 / (1.0 + exp(-{0}))",
        note=Notation("sigmoid({0})", "σ({0})", r"\sigma\left({0}\right)"), rule="sigmoid rule", formula="d σ(u) = σ(u)·(1 − σ(u))·du",
        says="a sigmoid gives its own value times what is missing to 1", local=lambda y, x: (y * (1 - y),), opens=lambda x: 1 / (1 + f.exp(-x)),
        slips=(
            Slip("sigmoid.sign", lambda y, x: (y * (1 + y),)),
            Slip("sigmoid.argument-sign", lambda y, x: (-y * (1 - y),), hint="Where does the minus sign in 1/(1 + e^(−u)) go?"),
            Slip("sigmoid.argument-sign", instead=lambda y, x: (f.sigmoid(-x),)),
            Slip("tanh.table", lambda y, x: (1 - f.power(y, params=(2,)),), hint="That is the rule of another activation."),
            Slip("chain.outer-not-differentiated", lambda y, x: (y,), hint="σ itself has to be differentiated too."),
        )),
    Row("softplus", Entry(lambda x: np.logaddexp(0.0, x), lambda m, x: m.log(1 + m.exp(x))), heads=(heads.Softplus,), names=("softplus",), label="softplus",
        note=call(r"\operatorname{{softplus}}\left({0}\right)"), rule="softplus rule", formula="d softplus(u) = σ(u)·du", says="softplus becomes the sigmoid",
        local=lambda y, x: (f.sigmoid(x),), opens=lambda x: f.log(1 + f.exp(x)),
        slips=(Slip("sigmoid.argument-sign", lambda y, x: (f.sigmoid(-x),), hint="Softplus becomes a sigmoid: of u or of −u?"),)),
    Row("gelu", Entry(lambda x: x * (1 + arrays.erf(x / math.sqrt(2))) / 2, gelu_formula), heads=(heads.Gelu,), names=("gelu",), label="gelu",
        note=call(r"\operatorname{{GELU}}\left({0}\right)"), rule="gelu rule", formula="d gelu(u) = (Φ(u) + u·φ(u))·du", says="a gelu gives Φ(u) + u·φ(u)",
        local=lambda y, x: (HALF * (1 + f.erf(x / f.sqrt(x.constant(2)))) + x * f.exp(-f.power(x, params=(2,)) / 2) / f.sqrt(2 * x.constant("pi")),)),
    # ----- vectors and matrices -----
    Row("matmul", arrays.matmul, linear=EACH, heads=(heads.MatMul, sp.MatMul), names=("matmul",), arity=(2, 2), params=(("nd_a", None), ("nd_b", None)), inner=("nd_a", "nd_b"),
        settle=lambda p, a, b: (len(a), len(b)), note=infix(" @ ", 30), label="@", shape=matmul_shape,
        rule="matrix product rule", formula="d(A·B) = dA·B + A·dB", says="a matrix product sends g·Bᵀ to the left and Aᵀ·g to the right", pull=pull_matmul,
        slips=(Slip("matrix.transpose-missing", lambda g, y, a, b, nd_a, nd_b: (None, a @ g) if (nd_a, nd_b) != (1, 1) and a.shape == a.shape[::-1] else (None, None)),)),
    Row("transpose", arrays.transpose, joint=True, heads=(heads.Transpose, sp.Transpose), names=("transpose",), params=(("nd", None),), inner=("nd",), settle=lambda p, a: (len(a),),
        shape=lambda a, nd: a[::-1], note=Notation("{0}.T", Style("{0}ᵀ", 50), Style(r"{0}^\top", 50), 60, (60,), mathml=Style("<msup><mrow>{0}</mrow><mo>⊤</mo></msup>", 50)), label="ᵀ", rule="transpose rule", formula="d(Aᵀ) = (dA)ᵀ",
        says="a transpose turns the gradient back", pull=lambda g, y, a, nd: (f.transpose(g),)),
    Row("dot", lambda a, b: arrays.total(a * b, (-1,)), linear=EACH, heads=(heads.Dot,), names=("dot",), arity=(2, 2), shape=vectors("dot"), label="·",
        note=Notation("dot({0}, {1})"), rule="dot product rule", formula="d(a·b) = b·da + a·db",
        says="a dot product swaps: each vector gets the other one, times the upstream number", pull=lambda g, y, a, b: (b * g, a * g),
        slips=(Slip("mul.local-not-swapped", lambda g, y, a, b: (a * g, b * g), hint="A dot product swaps its vectors: which one belongs here?"),)),
    Row("outer", arrays.outer, linear=EACH, heads=(heads.Outer,), names=("outer",), arity=(2, 2), shape=vectors("outer"), label="⊗",
        note=Notation("outer({0}, {1})"), rule="outer product rule", formula="d(a⊗b) = da⊗b + a⊗db",
        says="an outer product sends g·b to the left and gᵀ·a to the right", pull=lambda g, y, a, b: (g @ b, f.transpose(g) @ a),
        reduced=lambda a, b: a.T @ b),
    Row("total", arrays.total, joint=True, heads=(heads.Total,), names=("sum", "total"), params=(("axis", None), ("keepdims", False)), unseen=("keepdims",), settle=axes_of,
        shape=lambda s, axes, keep=False: without(s, axes, keep), label="Σ", note=Notation("sum({0})", "Σ({0})", r"\sum\left({0}\right)", mathml="<mrow><mi>Σ</mi><mo>&#x2061;</mo><mrow><mo>(</mo>{0}<mo>)</mo></mrow></mrow>"), rule="sum rule",
        formula="d(Σ uᵢ) = Σ duᵢ", says="a sum hands its upstream gradient to every entry",
        pull=lambda g, y, x, axes, keep=False: (back(f.reshape(g, params=(without(x.shape, axes),)) if keep else g, x, axes),),
        slips=(Slip("reduction.sum-for-mean", lambda g, y, x, axes, keep=False: (back(f.reshape(g, params=(without(x.shape, axes),)) if keep else g, x, axes) / count(x.shape, axes),)),)),
    Row("mean", lambda x, axes: arrays.total(x, axes) / math.prod(np.shape(x)[a] for a in axes) if axes else x, joint=True, heads=(heads.Mean,), names=("mean", "average"),
        params=(("axis", None),), settle=axes_of, shape=without, label="mean", note=Notation("mean({0})", latex=r"\operatorname{{mean}}\left({0}\right)"),
        rule="mean rule", formula="d mean(u) = (1/n)·Σ duᵢ", says="a mean shares its upstream gradient out equally",
        pull=lambda g, y, x, axes: (back(g / count(x.shape, axes), x, axes),),
        slips=(Slip("reduction.sum-for-mean", lambda g, y, x, axes: (back(g, x, axes),)),)),
    Row("norm", norm_forward, push=lambda d, y, x, axes: f.total(x * d[0], params=(axes,)) / y, heads=(heads.Norm,), names=("norm",), params=(("axis", None),), settle=axes_of, shape=without, label="‖ ‖",
        note=Notation("norm({0})", Style("‖{0}‖", unless="‖"), r"\left\lVert {0} \right\rVert", mathml="<mrow><mo>‖</mo>{0}<mo>‖</mo></mrow>"), rule="norm rule", formula="d‖u‖ = u·du/‖u‖",
        says="a norm sends back the unit vector", pull=lambda g, y, x, axes: (back(g / y, x, axes) * x,)),
    Row("index", lambda x, key, shape: arrays.pick(x, key), joint=True, heads=(heads.Index,), params=(("key", ()), ("shape", ())), inner=("shape",), settle=full_key, shape=index_shape,
        note=Notation("{0}[{key}]", None, "{0}[{key}]", 60, (60,), mathml="{0}<mo>[</mo>{key}<mo>]</mo>"), label="[ ]", rule="index rule", formula="d(u[k]) = (du)[k]",
        says="an index sends the gradient to the entry it took, and 0 to the others", pull=lambda g, y, x, key, shape: (f.place(g, params=(key, shape)),)),
    Row("reshape", arrays.reshape, joint=True, heads=(heads.Reshape,), names=("reshape",), params=(("shape", ()),), settle=new_shape,
        shape=lambda s, have, want: want, note=Notation("reshape({0}, {shape})"), label="reshape", rule="reshape rule", formula="d reshape(u) = reshape(du)",
        says="a reshape puts the gradient back into the old shape", pull=lambda g, y, x, have, want: (f.reshape(g, params=(have,)),)),
    Row("concatenate", lambda *a: arrays.join(*a[:-2], axis=a[-2], nd=a[-1]), joint=True, heads=(heads.Concatenate,), names=("concatenate", "concat"), arity=(1, None),
        params=(("axis", 0), ("nd", None)), inner=("nd",), settle=joined, shape=join_shape, label="concat", rule="concatenation rule", formula="d[u; v] = [du; dv]",
        says="a concatenation cuts the gradient where it was joined", pull=pull_join),
    Row("vector", lambda *a: arrays.stack(*a[:-1], nd=a[-1]), joint=True, heads=(heads.Vector,), arity=(1, None), params=(("nd", None),), inner=("nd",),
        settle=lambda p, *shapes: (len(shapes[0]),), shape=stack_shape, note=Notation("[{*}]", None, Style(r"\begin{{bmatrix}} {*} \end{{bmatrix}}", comma=r" \\ "), mathml="<mrow><mo>[</mo>{*}<mo>]</mo></mrow>"), label="[ , ]", rule="vector rule",
        formula="d[u, v] = [du, dv]", says="a vector hands each entry its own gradient", pull=pull_stack),
    Row("softmax", arrays.softmax, push=lambda d, y, x, axis: y * (d[0] - over(y * d[0], x, axis)), heads=(heads.Softmax,), names=("softmax",), params=(("axis", None),), settle=along, usual=(-1,), shape=lambda s, axis: s, label="softmax",
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
        opens=lambda x, axis: f.log(f.softmax(x, params=(axis,)))),
    Row("logsumexp", arrays.logsumexp,
        push=lambda d, y, x, axes: f.total((f.softmax(x) if len(axes) == 1 == len(x.shape) else f.exp(x - back(y, x, axes))) * d[0], params=(axes,)), heads=(heads.LogSumExp,), names=("logsumexp",), params=(("axis", None),), settle=axes_of, shape=without,
        label="log Σ exp", note=call(r"\operatorname{{logsumexp}}\left({0}\right)"), rule="log-sum-exp rule", formula="d log Σ eᵘ = Σ softmax(u)·du",
        says="a log-sum-exp sends each entry its softmax share",
        pull=lambda g, y, x, axes: (back(g, x, axes) * f.exp(x - back(y, x, axes)),), opens=lambda x, axes: f.log(f.total(f.exp(x), params=(axes,)))),
    Row("argmax", lambda x, axis: np.argmax(np.asarray(x, dtype=float), axis=axis), heads=(heads.ArgMax,), names=("argmax",), params=(("axis", None),), settle=along, usual=(-1,),
        shape=lambda s, axis: without(s, (axis,)), label="argmax", discrete=True, rule="argmax", says="an argmax has no gradient",
        refuses="argmax picks a place, so it has no gradient; take the gradient of softmax or of the score itself",
        note=call(r"\operatorname{{argmax}}\left({0}\right)")),
    # ----- what rules send back -----
    Row("spread", arrays.spread, heads=(heads.Spread,), joint=True, params=(("axes", ()), ("shape", ())), inner=("axes", "shape"), shape=lambda s, axes, shape: shape, label="spread", rule="broadcast rule",
        note=Notation("spread({0})"), formula="d spread(u) = spread(du)", says="a copy sums what comes back", pull=lambda g, y, x, axes, shape: (f.total(g, params=(axes,)),)),
    Row("sum_to", arrays.sum_to, heads=(heads.SumTo,), joint=True, params=(("have", ()), ("want", ())), inner=("have", "want"), shape=lambda s, have, want: want, label="Σ", rule="sum rule", note=Notation("sum_to({0})", "Σ({0})", r"\sum\left({0}\right)", mathml="<mrow><mi>Σ</mi><mo>&#x2061;</mo><mrow><mo>(</mo>{0}<mo>)</mo></mrow></mrow>"),
        formula="d(Σ uᵢ) = Σ duᵢ", says="the entries that a number was broadcast to are summed", pull=lambda g, y, x, have, want: (0 * x + g,)),
    Row("place", arrays.place, heads=(heads.Place,), joint=True, params=(("key", ()), ("shape", ())), inner=("key", "shape"), shape=lambda s, key, shape: shape, label="place", 
        note=Notation("place({0})", Style("{0} at [{key}]", 10, (20,)), Style(r"{0} \text{{ at }} [{key}]", 10, (20,)), mathml=Style("{0}<mtext>at</mtext><mo>[</mo>{key}<mo>]</mo>", 10, (20,))),
        rule="index rule", formula="d place(u) = place(du)", says="an entry put in place takes its own gradient",
        pull=lambda g, y, x, key, shape: (f.index(g, params=(key,)),)),
    # ----- a group shown as one node: its only setting is the body that it computes -----
    Row("block", lambda *a: a[-1].forward(*a[:-1]), arity=(1, None), params=(("body", None),), shape=lambda *s: s[-1].shape, label="▣", rule="chain rule",
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


def product(factors: tuple[Any, ...]) -> Any:
    return math.prod(factors[1:], start=factors[0])


ROWS: dict[str, Row] = {row.name: row for row in TABLE}

# what stands for an operation: no node has it, for building a graph works it out
OPERATORS: dict[str, Row] = {
    "diff": Row("diff", sp.diff, heads=(heads.Diff,), arity=(2, 2), shape=lambda what, wrt: what, rule="derivative", note=Notation(
        "d/d{1} ({0})", Style("∂/∂{1} ({0})", 45), Style(r"\frac{{\partial}}{{\partial {1}}} \left({0}\right)", 45), 45, mathml=Style(
            "<mfrac><mo>∂</mo><mrow><mo>∂</mo>{1}</mrow></mfrac><mrow><mo>(</mo>{0}<mo>)</mo></mrow>", 45)))}  # fmt: skip

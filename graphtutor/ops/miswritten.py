"""What an expression becomes when a bracket, a power or a law is miswritten: the slips of algebra that rows list."""

from __future__ import annotations

import itertools
from typing import Any

from .row import Slip
from .tracing import f, product

MOST_FACTORS, MOST_LEVELS = 4, 12  # beside a bracket, for its slips; in a product of products


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
    """Return what a product is with the brackets around one of its factors left out: the other factors go to its first term, its last, or both."""
    parts = factors(y)
    out: list[Any] = []
    for k, part in enumerate(parts):
        rest = parts[:k] + parts[k + 1 :]
        for start, steps in firsts(part) if len(rest) <= MOST_FACTORS else ():
            for goes in list(itertools.product((True, False, None), repeat=len(rest)))[:-1]:  # None: to both
                before = [x for x, first in zip(rest, goes, strict=True) if first is not False]
                after = [x for x, first in zip(rest, goes, strict=True) if not first]
                last = (*steps[:-1], (steps[-1][0], product((steps[-1][1], *after)))) if after else steps
                out.append(followed(product((*before, start)), last))
    return tuple(out)


def exponents_multiplied(y: Any, *args: Any) -> tuple[Any, ...]:
    """Return a product of two powers of one base with their exponents multiplied: eᵃ·eᵇ as e^(a·b)."""
    parts = factors(y)
    out = []
    for j, k in itertools.combinations(range(len(parts)), 2):
        one, other = parts[j], parts[k]
        rest = tuple(p for i, p in enumerate(parts) if i not in (j, k))
        if inside(one, "exp") and inside(other, "exp"):
            out.append(product((*rest, f.exp(inside(one, "exp")[0] * inside(other, "exp")[0]))))
        elif (
            inside(one, "power")
            and inside(other, "power")
            and inside(one, "power")[0].id == inside(other, "power")[0].id
        ):
            n = exponent(one) * exponent(other)
            out.append(product((*rest, f.power(inside(one, "power")[0], params=(n,)))))
    return tuple(out)


def exponents_added(y: Any, u: Any, n: Any) -> tuple[Any, ...]:
    """Return (uᵐ)ⁿ with the exponents added."""
    return tuple(f.power(v, params=(exponent(u) + n,)) for v in inside(u, "power"))


def divided_by_terms(y: Any, a: Any, b: Any) -> tuple[Any, ...]:
    """Return a/(b + c) as a/b + a/c."""
    return tuple(b.apply(op, tuple(a / t for t in inside(b, op))) for op in ("add", "sub") if inside(b, op))


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
    """Return the root of a sum as the sum of the roots: of its last two parts, and of all its terms."""
    two = [x.apply(op, tuple(root(t) for t in inside(x, op))) for op in ("add", "sub") if inside(x, op)]
    if len(steps := firsts(x)) > 1:
        start, rest = steps[-1]
        two.append(followed(root(start), tuple((op, root(t)) for op, t in rest)))
    return tuple(two)


def logs_confused(y: Any, x: Any) -> tuple[Any, ...]:
    """Return what a logarithm becomes when its laws are mixed up."""
    out = [f.power(f.log(u), params=(exponent(x),)) for u in inside(x, "power")]
    return (
        *out,
        *(x.apply(op, tuple(f.log(t) for t in inside(x, op))) for op in ("mul", "div", "add", "sub") if inside(x, op)),
    )


def powers_of_terms(y: Any, u: Any, n: Any) -> tuple[Any, ...]:
    return tuple(
        u.apply(op, tuple(f.power(t, params=(n,)) for t in inside(u, op))) for op in ("add", "sub") if inside(u, op)
    )


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


def quotient_whole(rule: Any) -> Any:
    """Return a wrong quotient rule, with 0 for the slope of a constant; only if the denominator varies."""
    return lambda y, a, d: None if d[1] is None else rule(a[0], a[1], flat_if_still(d[0], y), d[1])

"""Derivatives: dL/dw, ∂/∂w (…), f′(x), \\frac{d}{dx}, ∇_w L, diff(…, x)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import sympy as sp

from ..ops import heads
from . import trees
from .brackets import close, inside, listed
from .cursor import POWER, PRODUCT, SUM, TIGHT, After, Cursor, Rule, Start
from .identifiers import cut_run, named
from .indices import whole_number
from .matrices import times
from .names import GREEK
from .precedence import expression, factor_starts, operand, rest
from .tokens import Token

BARE_OPERATOR = re.compile(r"d/d[A-Za-z]\w*|frac\{d\}\{d[A-Za-z]\w*\}")


def partial(p: Cursor) -> Rule:
    """Read ∂L/∂w, ∂/∂w …, or ∂_w …."""
    if p.ahead().kind == "op" and p.ahead().text == "_":
        return (yield nabla(p))
    return (yield derivative(p))


def nabla(p: Cursor) -> Rule:
    """Read ∇_w L and ∂_w L."""
    start = p.take()
    if not p.sign("_"):
        p.fail("say what ∇ differentiates with respect to: ∇_w L", start)
    p.take()
    braced = p.now.kind == "open"
    if braced:
        p.take()
    variable = variable_ahead(p)
    if braced:
        if p.now.kind != "close":
            p.refuse("'}'")
        p.take()
    return (yield reached(p, [variable]))


def operator_by_subscript(p: Cursor) -> bool:
    """True if D_w stands here: nobody's name, over a name that is somebody's or a single letter."""
    token = p.now
    if token.text != "D" or token.sub is None or p.context.spelling(token.name):
        return False
    return bool(p.context.spelling(token.sub)) or (not p.context.known and len(token.sub) == 1 and token.sub.isalpha())


def subscripted_operator(p: Cursor) -> Rule:
    """Read D_w L."""
    token = p.take()
    variable = named(p, replace(token, text=token.sub or "", sub=None))
    return (yield reached(p, [variable]))


def operator_in_brackets(p: Cursor) -> bool:
    """True if (d/dw) or (\\frac{d}{dw}) stands here, with nothing inside that it could apply to."""
    return operator_end(p) > 0 and not p.context.spelling("d")


def operator_end(p: Cursor) -> int:
    """Return the place of the bracket that closes (d/dw), 0 if it is none."""
    near = p.tokens[p.at + 1 : p.at + 10]
    stop = next((k for k, t in enumerate(near) if t.text == ")"), 0)
    return p.at + 1 + stop if BARE_OPERATOR.fullmatch("".join(t.text for t in near[:stop])) else 0


def bracketed_operator(p: Cursor) -> Rule:
    """Read (d/dw) L as d/dw L."""
    stop = operator_end(p)
    p.tokens[p.at : stop + 1] = p.tokens[p.at + 1 : stop]
    return (yield operand(p))


def derivative(p: Cursor) -> Rule:
    """Read `d/dw` with what it applies to, `dL/dw`, or `d(…)/dw`."""
    order = differential_mark(p)
    if p.sign("/"):
        p.take()
        variables = variables_below(p, order)
        return (yield reached(p, variables))
    what = yield quantity(p)
    if not p.sign("/"):
        p.refuse("'/' and the variable: dL/dw")
    p.take()
    for variable in variables_below(p, order):
        what = differential(p, what, variable)
    return what


def differential_mark(p: Cursor) -> int:
    """Take d, ∂ or the d of dL, and return the order of the derivative (d² is 2)."""
    token = p.take()
    if token.kind == "word" and token.name != "d":
        p.at -= 1
        p.tokens[p.at] = replace(token, text=token.text[1:], start=token.start + 1, column=token.column + 1)
    return order_ahead(p)


def order_ahead(p: Cursor) -> int:
    if not p.sign("^"):
        return 1
    p.take()
    braced = p.now.kind == "open"
    if braced:
        p.take()
    if p.now.kind != "number" or not p.now.text.isdigit() or not 0 < int(p.now.text[:3]) < 10:
        p.refuse("the order of the derivative, such as 2")
    order = int(p.take().text)
    if braced:
        if p.now.kind != "close":
            p.refuse("'}'")
        p.take()
    return order


def variables_below(p: Cursor, order: int) -> list[sp.Basic]:
    """Return the variables of `dw`, `∂w²`, `∂w ∂v`; as many as the order says."""
    found: list[sp.Basic] = []
    while not found or (len(found) < order and starts_d(p, p.at)):
        if not starts_d(p, p.at):
            p.refuse("the variable, as in dL/dw")
        token = p.take()
        if token.kind == "word" and token.name != "d":
            p.at -= 1
            p.tokens[p.at] = replace(
                token, text=token.text[1:], start=token.start + 1, column=token.column + 1, said="piece"
            )
        variable = variable_ahead(p)
        times = order_ahead(p) if order > 1 else 1
        found += [variable] * times
    if len(found) != order:
        p.refuse(f"{order} variables below a derivative of order {order}")
    return found


def variable_ahead(p: Cursor) -> sp.Basic:
    token = p.now
    if token.kind != "word":
        p.refuse("the name of the variable")
    if p.context.spelling(token.name) is None and len(token.text) > 1 and token.tex:
        cut_run(p)
    token = p.take()
    tree = named(p, replace(token, said="piece"))
    if not trees.names_in(tree):
        p.fail(f"'{token.name}' is a number here; nothing varies with it", token)
    return tree


def quantity(p: Cursor) -> Rule:
    """Read what is differentiated, in dL/dw: a name that stands for something, or an expression."""
    token = p.now
    follows = p.ahead()
    if token.kind == "word" and not (follows.kind == "open" and follows.text == "(" and p.context.function(token.name)):
        cut_run(p)
        token, follows = p.now, p.ahead()
        declared = p.context.spelling(token.name)
        if declared and token.name == "d" and p.ahead().text == "/":
            return named(p, p.take())  # dd/da, where d is a name: not d/da once more
        called = p.context.function(token.name) and follows.kind in ("open", "word")
        if declared is None and not called and follows.kind != "prime" and token.name not in p.bound:
            return (yield whole(p, p.take()))
    return (yield expression(p, POWER))


def whole(p: Cursor, token: Token) -> Rule:
    """Read the L of dL/dw where nobody has declared it: the function of the problem, with or without its arguments."""
    if p.context.target is None:
        p.fail(
            f"nothing says what '{token.name}' is; define it first, as in {token.name} = …, or give definitions={{'{token.name}': …}}",
            token,
        )
    if p.now.kind == "open" and p.now.text == "(":
        yield inside(p, skipped(p))
    return p.context.target


def skipped(p: Cursor) -> Rule:
    """Pass over the arguments of the problem's function: L(w, b)."""
    opened = p.take()
    yield listed(p)
    close(p, opened)


def reached(p: Cursor, variables: Sequence[sp.Basic]) -> Rule:
    """Read what an operator d/dw applies to. How far it reaches is a choice where a person could mean more."""
    bracket = p.now.kind == "open" and p.now.text in "([{"
    body = yield (expression(p, POWER, beside=True) if bracket else factors(p))
    ways = ["the bracket alone" if bracket else "the first product without a sign"]
    product = p.sign("*", "·", "/", "@", "⊙") or (bracket and factor_starts(p))
    if product:
        ways.append("the whole product")
    if not bracket and (product or p.sign("+", "-")):
        ways.append("the whole sum")
    if len(ways) > 1:
        pick = p.choose(len(ways), f"applied the derivative operator to {ways[0]}")
        if ways[pick] == "the whole product":
            body = yield rest(p, body, PRODUCT)
        elif ways[pick] == "the whole sum":
            body = yield rest(p, body, SUM)
    for variable in variables:
        body = differential(p, body, variable)
    return body


def factors(p: Cursor) -> Rule:
    """Read the factors without a sign between them that stand behind an operator."""
    if p.now.kind == "word" and not derivative_starts(p) and p.now.sub is None and names_nothing(p):
        body = yield quantity(p)
    else:
        body = yield expression(p, TIGHT)
    while factor_starts(p) and not derivative_starts(p) and not fraction_of_d(p):
        body = times(p, body, (yield expression(p, TIGHT, beside=True)))
    return body


def names_nothing(p: Cursor) -> bool:
    """True if the name ahead is nobody's: the problem's own quantity, as in ∂/∂w L."""
    name = p.now.name
    return (
        p.context.target is not None
        and len(name) == 1
        and p.context.spelling(name) is None
        and not p.context.function(name)
        and name not in ("e", "E")
    )


def derivative_fraction(p: Cursor) -> Rule:
    p.at += 2
    order = differential_mark(p)
    what = None
    if p.now.kind != "close":
        only = after_operand(p, p.at)
        what = yield (quantity(p) if p.tokens[only].kind == "close" else expression(p, 0))
    if p.now.kind != "close":
        p.refuse("'}'")
    p.take()
    p.take()
    variables = variables_below(p, order)
    if p.now.kind != "close":
        p.refuse("'}' after the variable")
    p.take()
    if what is None:
        return (yield reached(p, variables))
    for variable in variables:
        what = differential(p, what, variable)
    return what


def diff_call(p: Cursor, token: Token) -> Rule:
    """Read diff(…, w0), Derivative(…, (x, 2)), D(…, x, y)."""
    opened = p.take()
    tree = yield inside(p, expression(p, 0))
    variables: list[sp.Basic] = []
    while p.sign(","):
        p.take()
        if p.now.kind == "open":
            inner = p.take()
            variable = variable_ahead(p)
            expect(p, ",")
            variables += [variable] * repetitions(p)
            close(p, inner)
        elif p.now.kind == "number" and variables:
            variables += [variables[-1]] * (repetitions(p) - 1)
        else:
            variables.append(variable_ahead(p))
    close(p, opened)
    if not variables:
        p.fail(f"say what to differentiate with respect to: {token.name}(…, x)", token)
    for variable in variables:
        tree = differential(p, tree, variable)
    return tree


def repetitions(p: Cursor) -> int:
    times = whole_number(p)
    if times is None or not 0 < times < 10:
        p.fail("the order of a derivative is a whole number from 1 to 9")
    return times


def expect(p: Cursor, text: str) -> None:
    if not p.sign(text):
        p.refuse(f"'{text}'")
    p.take()


def primed(p: Cursor, left: sp.Basic) -> sp.Basic:
    """Read u' for a u that stands for something: the derivative with respect to the problem's variable."""
    token = p.take()
    free = sorted(trees.names_in(left))
    wrt = p.context.wrt if p.context.wrt in free or len(free) != 1 else free[0]
    if wrt is None:
        p.fail("say what the prime differentiates with respect to: write du/dx", token)
    return differential(p, left, sp.Symbol(wrt))


def differential(p: Cursor, what: sp.Basic, wrt: sp.Basic) -> sp.Basic:
    """Return the derivative of `what`, of bounded order."""
    p.count()
    if p.context.target is not None and isinstance(what, heads.Unknown) and what.args[0] == wrt:
        return p.make("unknown", wrt, params=(what.params[0], what.params[1] + 1))  # dg/dx is g'(x)
    tree = heads.Diff(what, wrt)
    if order_of(p, tree) > p.limits.order:
        p.fail(f"a derivative of order {p.limits.order + 1} and more; at most {p.limits.order} is read")
    return tree


def order_of(p: Cursor, tree: sp.Basic) -> int:
    """Return how many derivatives stand inside one another at most; every part is looked at once."""
    todo = [tree]
    while todo:
        top = todo[-1]
        waiting = [a for a in top.args if id(a) not in p.orders]
        if waiting:
            todo.extend(waiting)
        else:
            inner = max((p.orders[id(a)][1] for a in top.args), default=0)
            p.orders[id(top)] = top, inner + isinstance(top, heads.Diff)
            todo.pop()
    return p.orders[id(tree)][1]


def starts_d(p: Cursor, at: int) -> bool:
    """True if a differential may start here: ∂, d, dw."""
    token = p.tokens[min(at, len(p.tokens) - 1)]
    return (token.kind == "macro" and token.text == "d") or (
        token.kind == "word" and token.text.startswith("d") and token.text not in GREEK
    )


def derivative_starts(p: Cursor) -> bool:
    """True if `d/dw`, `dL/dw`, `d(…)/dw` stands here (and is no quotient of declared names)."""
    token = p.now
    if not starts_d(p, p.at):
        return False
    at = after_power(p, p.at + 1)
    if token.name == "d" and (p.tokens[at].kind, p.tokens[at].text) != ("op", "/"):
        if p.context.spelling("d") or p.tokens[at].kind not in ("word", "open", "macro"):
            return False
        at = after_operand(p, at)
    elif token.name != "d" and p.tokens[at].kind == "open":
        at = after_operand(p, at)
    if (p.tokens[at].kind, p.tokens[at].text) != ("op", "/") or not starts_d(p, at + 1):
        return False
    under = p.tokens[at + 1]
    if alone(p, at + 1):
        return False
    return not (p.context.spelling(token.name) and (under.kind != "word" or p.context.spelling(under.name)))


def fraction_of_d(p: Cursor) -> bool:
    """True if \\frac{d…}{d…} stands here."""
    if not (p.now.kind == "macro" and p.now.text == "frac" and p.ahead().kind == "open" and starts_d(p, p.at + 2)):
        return False
    at = after_bracket(p, p.at + 1)
    if p.tokens[at].kind != "open" or not starts_d(p, at + 1):
        return False
    above, under = p.ahead(2), p.tokens[at + 1]
    if alone(p, at + 1):
        return False
    if under.kind == "word" and p.context.spelling(under.name):
        return False
    return not (above.kind == "word" and p.context.spelling(above.name))


def alone(p: Cursor, at: int) -> bool:
    """True for a d below a line with no variable behind it: d is a name then."""
    token = p.tokens[at]
    return token.kind == "word" and token.name == "d" and p.tokens[at + 1].kind != "word"


def after_power(p: Cursor, at: int) -> int:
    """Return the place after `^2` or `^{2}`, if it stands at `at`."""
    token = p.tokens[min(at, len(p.tokens) - 1)]
    if token.kind == "op" and token.text == "^":
        return (
            at + (4 if p.tokens[min(at + 1, len(p.tokens) - 1)].kind == "open" else 2) if at + 4 < len(p.tokens) else at
        )
    return at


def after_operand(p: Cursor, at: int) -> int:
    """Return the place after a name (with its call) or a bracket, without reading it."""
    if p.tokens[at].kind in ("word", "macro"):
        at += 1
    if p.tokens[at].kind == "open":
        at = after_bracket(p, at)
    return min(after_power(p, at), len(p.tokens) - 1)


def after_bracket(p: Cursor, at: int) -> int:
    """Return the place after the bracket that closes the one at `at`."""
    depth = 0
    while p.tokens[at].kind != "end":
        depth += (p.tokens[at].kind == "open") - (p.tokens[at].kind == "close")
        at += 1
        if depth == 0:
            break
    return at


SPELLINGS = (
    Start("macro", ("d",), partial),
    Start("macro", ("nabla",), nabla),
    Start("macro", ("frac",), derivative_fraction, fraction_of_d),
    Start("open", ("(", "{"), bracketed_operator, operator_in_brackets),
    Start("word", (), subscripted_operator, operator_by_subscript),
    After("prime", ("'",), primed),
)

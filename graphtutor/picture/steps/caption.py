"""What a step says in mathematics, as MathML: ∂L/∂w = ∂L/∂v · ∂v/∂w = 4.2 · 2 = 8.4, each part under the class of what it is.

Numbers stand here where they are numbers; vectors and matrices by their names, for the boxes hold their entries.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

from ...expr.graph import Graph
from ...language import write
from ...walk.trace import Quantity, Step, bracketed, derivative, shown

MATH = '<math xmlns="http://www.w3.org/1998/Math/MathML" display="inline">'
EQUALS, TIMES, PLUS, UNKNOWN = "<mo>=</mo>", "<mo>·</mo>", "<mo>+</mo>", "<mi>?</mi>"
MOST_TERMS, LONGEST = 4, 36
WRITTEN = re.compile(r"(\(?)(−?)([\d.]+|∞)(?:e(−?)(\d+))?(\)?)")


def number(text: str) -> str:
    """Return a written number as MathML.

    >>> number("−0.3")
    '<mrow><mo>−</mo><mn>0.3</mn></mrow>'
    >>> number("2e−9")
    '<mrow><mn>2</mn><mo>·</mo><msup><mn>10</mn><mrow><mo>−</mo><mn>9</mn></mrow></msup></mrow>'
    """
    found = WRITTEN.fullmatch(text)
    if found is None:
        return f"<mtext>{escape(text)}</mtext>"
    opened, minus, digits, below, power, closed = found.groups()
    parts = [opened and "<mo>(</mo>", minus and "<mo>−</mo>", f"<mn>{digits}</mn>"]
    if power:
        raised = f"<mrow><mo>−</mo><mn>{power}</mn></mrow>" if below else f"<mn>{power}</mn>"
        parts.append(f"<mo>·</mo><msup><mn>10</mn>{raised}</msup>")
    inner = "".join([*parts, closed and "<mo>)</mo>"])
    return f"<mrow>{inner}</mrow>" if inner.count("<m") > 1 else inner


def told(kind: str, markup: str) -> str:
    return f'<mrow class="{kind}">{markup}</mrow>'


def equal(*sides: str) -> str:
    """Return an equation of its sides, those left out that are empty or said already."""
    said = EQUALS.join(dict.fromkeys(side for side in sides if side))
    return f"{MATH}{said.replace('<mo>@</mo>', TIMES)}</math>"


def value_of(q: Quantity, digits: int) -> str:
    """Return a number as it is written; nothing for an array or without a point."""
    return "" if q.value is None or np.ndim(q.value) else shown(q.exact if q.exact is not None else q.value, digits)


def formulas(step: Step, graph: Graph, numbers: Any, digits: int, terms: Sequence[str]) -> tuple[str, ...]:
    """Return what a step says. `terms`: the contributions that have arrived at its receiver, written, this one last."""
    if step.phase == "forward":
        return (computed(step, graph, numbers, digits),)
    if step.edge is None or step.contribution is None or step.total is None or step.upstream is None:
        return (seeded(step, graph, digits),) if step.total is not None else ()
    up = told("upstream", step.upstream.text("mathml"))
    left = step.total.text("mathml")
    product = along(step, graph, up, digits)
    result = value_of(step.contribution, digits)
    whole = told("upstream", number(result)) if result else ""
    if len(terms) + step.missing < 2:
        return (equal(left, *product, whole),)
    if np.ndim(step.contribution.value):
        return (equal(*product),)
    return equal(*product, whole), equal(left, summed(terms, step.missing), total_of(step, terms, digits))


def computed(step: Step, graph: Graph, numbers: Any, digits: int) -> str:
    """Return v = w·x = 2·3 = 6."""
    i = step.node.id
    _, args, params = graph.cells[i]
    row, shaped = graph.row(i), any(graph.shapes[a] for a in (*args, i))
    formula = graph.text(i, "mathml")
    name = write.name(graph.name(i), "mathml")
    if numbers is None or shaped:
        return equal(name, formula)
    parts = [
        write.Part(number(bracketed(shown(numbers[a], digits), first=not k)), 70 if k or float(numbers[a]) >= 0 else 25)
        for k, a in enumerate(args)
    ]
    filled = "" if row.written else write.operation(row, parts, params, "mathml").text
    return equal(name, formula, filled, told("value", number(shown(numbers[i], digits))))


def seeded(step: Step, graph: Graph, digits: int) -> str:
    """Return ∂L/∂L = 1, or what the backward pass starts from."""
    assert step.total is not None
    name = graph.name(step.node.id)
    start = value_of(step.total, digits) or "1"
    return equal(
        (step.total.symbol and step.total.text("mathml")) or derivative(f"{name} {name}", "mathml"),
        told("upstream", number(start)),
    )


def along(step: Step, graph: Graph, up: str, digits: int) -> list[str]:
    """Return upstream times local in names, in the formula of the local derivative, and in numbers; where entries mix, the rule."""
    assert step.contribution is not None and step.upstream is not None and step.edge is not None
    local = step.local
    plain = step.upstream.text("mathml")
    if local is None or np.shape(step.upstream.value) != np.shape(step.contribution.value):
        return [step.contribution.text("mathml").replace(plain, up)]
    name = derivative(f"{graph.name(step.edge.source)} {graph.name(step.edge.target)}", "mathml")
    formula = local.text("mathml")
    inner = f"<mo>(</mo>{formula}<mo>)</mo>" if re.search(r"<mo>[+−]</mo>", formula) else formula
    if np.ndim(step.upstream.value) or np.ndim(local.value):
        return [up if formula == "<mn>1</mn>" else f"{up}<mo>⊙</mo>{told('local', inner)}"]
    factors = [f"{up}{TIMES}{told('local', name)}"]
    here = value_of(local, digits)
    if formula != (number(here) if here else "") and len(local.text("unicode")) <= LONGEST:
        factors.append(f"{up}{TIMES}{told('local', inner)}")
    if here:
        sent = number(value_of(step.upstream, digits))
        factors.append(f"{told('upstream', sent)}{TIMES}{told('local', number(bracketed(here)))}")
    return factors


def summed(terms: Sequence[str], missing: int) -> str:
    """Return the sum of what has arrived and what is awaited, its middle left out where it is long."""
    shown_ = [number(bracketed(t, first=k == 0)) for k, t in enumerate(terms)]
    if len(shown_) > MOST_TERMS:
        shown_ = [*shown_[:2], "<mi>…</mi>", shown_[-1]]
    awaited = [UNKNOWN] * missing if missing <= 2 else [UNKNOWN, "<mi>…</mi>", UNKNOWN]
    return PLUS.join([*shown_, *awaited])


def total_of(step: Step, terms: Sequence[str], digits: int) -> str:
    assert step.total is not None
    total = "" if step.missing else value_of(step.total, digits)
    return told("upstream", number(total)) if total else ""

"""The analytic derivation as data: lines, each with its rule; every line has the derivative's value.

`derive` carries d/dw through an expression one rule at a time (`detail="full"`), or as a lecturer
does at the board (`detail="brief"`): what can be seen at once is carried out in one line. Then the
result is tidied. `along="graph"` says the same derivative edge by edge of the computation graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import sympy as sp

from ..adjoint import Backward, backward
from ..build import Plan
from ..errors import LearnerError
from ..graphs import check_shape
from ..language import trees
from ..language.read import program, read
from ..language.write import BARE, MATH, bracket, fenced, part_of
from ..language.write import name as written_name
from ..maths import heads
from ..maths.arrays import Shape
from . import algebra, places
from .algebra import flat_factors, normal, row_of, spell
from .cells import Cells, decoded, encoded, evaluated, names_written
from .changes import changed
from .places import Path, Piece
from .rules import CONSTANT, DEFINITION, START, VARIABLE, Calculus, Rule, fits, named, number_tree

MAX_LINES = 2000
TOGETHER = (CONSTANT, VARIABLE)
STYLES = (None, "lecture")
DETAILS = ("full", "brief")
ALONG = ("rules", "graph")
TIDY = {
    "zeros": Rule("zeros", "zeros and ones left out", "u + 0 = u; 1·u = u; 0·u = 0"),
    "collect": Rule("collect", "products and like terms collected", "uᵐ·uⁿ = uᵐ⁺ⁿ; a·u + b·u = (a + b)·u"),
    "cancel": Rule("cancel", "common factors cancelled", "(c·u)/(c·v) = u/v"),
    "gather": Rule("gather", "written as one product", "(u/v)·(s/t) = (u·s)/(v·t)"),
}


def field_values(value: Any) -> tuple[Any, ...]:
    """Return the fields of a dataclass: what travels, and not the SymPy trees that were built from them."""
    return tuple(getattr(value, field.name) for field in fields(value))


@dataclass(frozen=True)
class Line:
    """One line of a derivation.

    `rule` made it from the line before: what stood there at the places `before` stands here at `after`
    (paths, see `places`). In a derivation along the graph `left` is the derivative that it gives,
    ("L", "w0"), `factors` what the edge sends, local × upstream, and `so_far` what other edges have
    sent before. Compares by value and pickles; `expr` is the SymPy tree, unevaluated.
    """

    cells: Cells
    rule: Rule
    before: tuple[Path, ...] = ()
    after: tuple[Path, ...] = ()
    left: tuple[str, str] | None = None
    factors: tuple[Cells, Cells] | None = None
    so_far: Cells | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), field_values(self)

    @cached_property
    def expr(self) -> sp.Basic:
        return decoded(self.cells)

    @property
    def text(self) -> str:
        """The line as plain text, which reads back as the same tree."""
        return self.written("plain")

    @property
    def unicode(self) -> str:
        return self.written("unicode")

    @property
    def latex(self) -> str:
        return self.written("latex")

    @property
    def mathml(self) -> str:
        return self.written("mathml")

    def written(self, form: str) -> str:
        """Return the line in one of the forms, with its left side if it has one."""
        return wrapped(self.sides(form) + self.body(form, {}), form)

    def body(self, form: str, marks: Mapping[Path, tuple[str, str]]) -> str:
        """Return what stands on the right, with each path's opening and closing text around what is there."""
        part = places.marked(self.expr, marks, form)
        return fenced(part.text, form) if part.binds == BARE else part.text

    def sides(self, form: str, mark: Callable[[str, str], str] = lambda role, text: text) -> str:
        """Return all that stands before the last equals sign, and the sign; `mark(role, text)` may dress what is "local" and "upstream"."""
        if self.left is None:
            return ""
        text = LEFT[form].format(*(written_name(n, form) for n in self.left)) + EQUALS[form]
        if self.factors is None:
            return text
        local, upstream = (part_of(decoded(c), form) for c in self.factors)
        before = "" if self.so_far is None else bracket(part_of(decoded(self.so_far), form), 20, True, form) + PLUS[form]
        sent = mark("local", bracket(local, 30, not before, form)) + TIMES[form] + mark("upstream", bracket(upstream, 31, False, form))
        return text + before + sent + EQUALS[form]

    def dressed(self, to_change: tuple[Path, ...] = ()) -> str:
        """Return the line in MathML with groups of a class: "new" what its rule put in, "next" what the next line changes, "local", "upstream"."""
        marks = dict.fromkeys(self.after, (places.OPEN, places.CLOSE))
        for path in to_change:
            begin, end = marks.get(path, ("", ""))
            marks[path] = begin + GROUP["next"][0], GROUP["next"][1] + end
        body = places.adjoined(self.body("mathml", marks)).replace(places.OPEN, GROUP["new"][0]).replace(places.CLOSE, GROUP["new"][1])
        return wrapped(self.sides("mathml", lambda role, text: text.join(GROUP[role])) + body, "mathml")

    def pieces(self, form: str = "unicode", to_change: tuple[Path, ...] | None = None) -> tuple[Piece, ...]:
        """Return the text in pieces, marked where the rule put something new, or at the paths of `to_change`."""
        return places.pieces(self.expr, self.after if to_change is None else to_change, form)


TIMES = {"plain": " * ", "unicode": " × ", "latex": r" \times ", "mathml": "<mo>×</mo>"}
PLUS = {"plain": " + ", "unicode": " + ", "latex": " + ", "mathml": "<mo>+</mo>"}
EQUALS = {"plain": " = ", "unicode": " = ", "latex": " = ", "mathml": "<mo>=</mo>"}
LEFT = {"plain": "d{0}/d{1}", "unicode": "∂{0}/∂{1}", "latex": r"\frac{{\partial {0}}}{{\partial {1}}}",
        "mathml": "<mfrac><mrow><mo>∂</mo>{0}</mrow><mrow><mo>∂</mo>{1}</mrow></mfrac>"}  # fmt: skip
GROUP = {role: (f'<mrow class="{role}">', "</mrow>") for role in ("new", "next", "local", "upstream")}


def wrapped(text: str, form: str) -> str:
    return f"{MATH}{text}</math>" if form == "mathml" else text


@dataclass(frozen=True)
class Derivation:
    """Lines in order, for the derivative by `wrt`. Compares by value, hashes, and pickles.

    `definitions`: the names that stand for something, each with its cells. The first line asks, the
    last one answers. `str()` gives the lines as a person would write them.
    """

    lines: tuple[Line, ...]
    wrt: str
    definitions: tuple[tuple[str, Cells], ...] = ()
    shapes: tuple[tuple[str, Shape], ...] = ()
    along: str = "rules"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), field_values(self)

    @cached_property
    def meanings(self) -> dict[str, sp.Basic]:
        """What each defined name stands for, as a tree."""
        return {name: decoded(table) for name, table in self.definitions}

    @property
    def answer(self) -> sp.Basic:
        """The last line."""
        return self.lines[-1].expr

    @property
    def result(self) -> sp.Basic:
        """The last line with every defined name written out, its products collected."""
        return algebra.collected(names_written(self.answer, self.meanings)) if self.meanings else self.answer

    def evaluated(self, line: int | Line) -> Any:
        """Return a line as SymPy evaluates it: names written out, every d/dw carried out by SymPy itself."""
        tree = (self.lines[line] if isinstance(line, int) else line).expr
        return evaluated(tree, self.meanings, dict(self.shapes))

    def given(self, form: str = "unicode") -> list[str]:
        """Return what each defined name stands for, as `f = w₀·x₀ + b`."""
        return [wrapped(written_name(name, form) + EQUALS[form] + part_of(tree, form).text, form) for name, tree in self.meanings.items()]

    def written(self, form: str = "unicode") -> str:
        """Return all lines, one under the other, each with its rule; in LaTeX an `align*`."""
        if form == "latex":
            return latex_lines(self.lines)
        rows = [("  " if k == 0 or line.left else "= ") + line.written(form) for k, line in enumerate(self.lines)]
        width = min(max(len(r) for r in rows), 90)
        given = self.given(form) if self.along == "graph" else []
        return "\n".join([*(f"  {line}" for line in given), *(f"{row:<{width}}   {line.rule.name}".rstrip() for row, line in zip(rows, self.lines, strict=True))])

    def __str__(self) -> str:
        return self.written()

    def _repr_latex_(self) -> str:
        return f"$${latex_lines(self.lines, 'aligned')}$$"


def latex_lines(lines: tuple[Line, ...], environment: str = "align*") -> str:
    rows = []
    for k, line in enumerate(lines):
        text = line.latex.replace(" = ", " &= ", 1) if line.left else ("" if k == 0 else "={} ") + line.latex
        rows.append(f"  {text if line.left else '& ' + text} && \\text{{{line.rule.name}}}")
    return f"\\begin{{{environment}}}\n" + " \\\\\n".join(rows) + f"\n\\end{{{environment}}}"


# ----- what is asked -----
@dataclass(frozen=True)
class Problem:
    """An expression, the variable, what its names stand for (in an order in which each uses earlier ones), and shapes."""

    tree: sp.Basic
    wrt: sp.Symbol
    definitions: Mapping[str, sp.Basic]
    shapes: Mapping[str, Shape]
    name: str


def problem(source: Any, wrt: Any, definitions: Mapping[str, Any] | None, shapes: Mapping[str, Any] | None) -> Problem:
    """Return what `derive` was asked, read. Raises ReadError or LearnerError in one line."""
    sizes = {n: check_shape(n, s) for n, s in (shapes or {}).items()}
    variable = read(wrt, shapes=shapes) if isinstance(wrt, str) else wrt
    if not isinstance(variable, sp.Symbol):
        raise LearnerError(f"'{wrt}' is no name to differentiate by; expected one name, such as w0")
    calls = {heading: sp.Symbol(heading.partition("(")[0].strip()) for heading in definitions or {}}
    names = [variable.name]
    meant = {calls[h].name: v if isinstance(v, sp.Basic) else read(str(v), names, calls, shapes) for h, v in (definitions or {}).items()}
    top = "L"
    if isinstance(source, str):
        lines = program(source, names=names, definitions=calls, shapes=shapes).lines
        meant |= {line.name: line.tree for line in lines[:-1] if line.name}
        tree, top = lines[-1].tree, lines[-1].name or top
    elif isinstance(source, sp.Basic):
        tree = normal(source)
    else:
        raise LearnerError(f"cannot differentiate {type(source).__name__}; expected text or a SymPy expression")
    return Problem(tree, symbol_in(tree, variable), ordered(meant), sizes, top)


def symbol_in(tree: sp.Basic, variable: sp.Symbol) -> sp.Symbol:
    """Return the tree's own symbol of that name, with its assumptions, if it has one."""
    found, seen, todo = variable, set(), [tree]
    while todo:
        top = todo.pop()
        if id(top) not in seen:
            seen.add(id(top))
            found = top if isinstance(top, sp.Symbol) and top.name == variable.name else found
            todo.extend(top.args)
    return found


def ordered(meant: Mapping[str, sp.Basic]) -> dict[str, sp.Basic]:
    """Return definitions so that each comes after those it uses. Raises LearnerError for a circle."""
    waiting = {name: trees.names_in(tree) & (set(meant) - {name}) | ({name} & trees.names_in(tree)) for name, tree in meant.items()}
    done: dict[str, sp.Basic] = {}
    while waiting:
        ready = [name for name, needs in waiting.items() if needs <= set(done)]
        if not ready:
            raise LearnerError(f"the definitions of {' and '.join(waiting)} use one another; put one of them in terms of the other names")
        for name in ready:
            del waiting[name]
            done[name] = meant[name]
    return done


# ----- the derivation -----
def derive(source: Any, wrt: Any, *, style: str | None = None, detail: str = "full", definitions: Mapping[str, Any] | None = None,
           shapes: Mapping[str, Any] | None = None, along: str = "rules") -> Derivation:  # fmt: skip
    """Return the derivation of d source / d wrt, line by line, each with its rule.

    `source`: text (of one or more lines, the last one the output) or a SymPy tree. `detail`: "full",
    one rule a line, or "brief", as a lecturer would; `style="lecture"` is the lecture's own, which is
    brief. `definitions`: name → what it stands for; it stays in the lines until its derivative is
    taken. `along="graph"`: one edge of the computation graph a line, local × upstream.
    Raises LearnerError (ReadError, ShapeError) in one line.

    >>> print(derive("(w*x - y)**2", "w", detail="brief"))
      ∂/∂w ((w·x − y)²)               what is asked
    = 2·(w·x − y)·∂/∂w (w·x − y)      power rule and chain rule
    = 2·(w·x − y)·(x − 0)             derivatives carried out
    = 2·x·(w·x − y)                   products and like terms collected
    """
    for what, given, known in (("style", style, STYLES), ("detail", detail, DETAILS), ("along", along, ALONG)):
        if given not in known:
            raise LearnerError(f"{what}='{given}' is not known; expected {' or '.join(map(repr, known))}")
    asked = problem(source, wrt, definitions, shapes)
    if along == "graph":
        return along_graph(asked)
    fits(asked.shapes.get(asked.wrt.name, ()), asked.wrt.name)
    brief = detail == "brief" or style == "lecture"
    lines = tuple(rule_lines(asked, brief))
    return Derivation(lines, asked.wrt.name, tuple((n, encoded(t)) for n, t in asked.definitions.items()), tuple(asked.shapes.items()))


def rule_lines(asked: Problem, brief: bool) -> Iterator[Line]:
    calculus = Calculus(asked.wrt, asked.definitions, asked.shapes)
    calculus.shape(asked.tree)
    tree = calculus.diff(asked.tree)
    yield Line(encoded(tree), START)
    for _ in range(MAX_LINES):
        spots = places.operators(tree)
        if not spots:
            break
        changes, rule = (at_the_board if brief else one_rule)(calculus, spots)
        tree, after = places.replaced(tree, changes)
        yield Line(encoded(tree), rule, tuple(changes), after)
    else:
        raise LearnerError(f"the derivation takes more than {MAX_LINES} lines; ask for detail='brief', or for a part of it")
    for name, after_pass in algebra.stages(tree, algebra.PASSES[1:] if brief else algebra.PASSES):
        yield Line(encoded(after_pass), TIDY[name], *changed(tree, after_pass))
        tree = after_pass


def one_rule(calculus: Calculus, spots: list[tuple[Path, heads.Diff]]) -> tuple[dict[Path, sp.Basic], Rule]:
    """Return the changes of one rule, at the first operator; constants, the variable itself and a definition go all at once."""
    path, first = spots[0]
    new, rule = by(calculus, first)
    return {path: new} | (everywhere(calculus, spots[1:], rule) if rule in TOGETHER or rule.id == DEFINITION else {}), rule


def everywhere(calculus: Calculus, spots: list[tuple[Path, heads.Diff]], rule: Rule) -> dict[Path, sp.Basic]:
    """Return what `rule` makes of those operators to which it applies."""
    found = ((path, *by(calculus, spot)) for path, spot in spots)
    return {path: new for path, new, applied in found if applied == rule}


def at_the_board(calculus: Calculus, spots: list[tuple[Path, heads.Diff]]) -> tuple[dict[Path, sp.Basic], Rule]:
    """Return one rule at the first operator that cannot be seen at once, or all derivatives carried out."""
    for path, spot in spots:
        if not at_sight(calculus, spot.args[0]):
            new, rule = by(calculus, spot)
            return {path: new} | (everywhere(calculus, spots, rule) if rule.id == DEFINITION else {}), rule
    used: list[Rule] = []
    changes = {path: carried_out(calculus, spot, used) for path, spot in spots}
    formulas = "; ".join(dict.fromkeys(r.formula for r in used if r.formula))
    return changes, used[0] if len(used) == 1 else Rule("carry", "derivatives carried out", formulas)


def by(calculus: Calculus, spot: heads.Diff) -> tuple[sp.Basic, Rule]:
    """Return what one rule makes of an operator, by its own variable."""
    if spot.args[1].name != calculus.wrt.name:
        calculus = Calculus(spot.args[1], calculus.definitions, calculus.shapes)
    return calculus.apply(spot.args[0])


def carried_out(calculus: Calculus, spot: heads.Diff, used: list[Rule]) -> sp.Basic:
    tree: sp.Basic = spot
    while spots := places.operators(tree):
        changes, rule = one_rule(calculus, spots)
        used.append(rule)
        tree, _ = places.replaced(tree, changes)
    return tree


def at_sight(calculus: Calculus, tree: sp.Basic) -> bool:
    """Return whether a lecturer writes d/dw (tree) down at once.

    That is: sums and constant multiples of single functions of w or of c·w; no defined name.
    """
    todo: list[tuple[sp.Basic, bool]] = [(tree, False)]
    while todo:
        top, plain = todo.pop()
        if not calculus.depends(top):
            continue
        if isinstance(top, sp.Symbol):
            if calculus.stands_for(top) is not None:
                return False
            continue
        spelled = spell(top)
        row = row_of(spelled.op)
        factors = flat_factors(spelled, row)
        varying = [i for i, a in enumerate(factors) if calculus.depends(a)]
        if row.joint and not row.conditions and not plain:
            todo.extend((a, False) for a in factors)
        elif len(varying) == 1 and varying[0] in row.linear:
            todo.append((factors[varying[0]], plain))
        elif len(varying) == 1 and row.local is not None and not plain:
            todo.append((factors[varying[0]], True))
        else:
            return False
    return True


# ----- along the graph -----
def along_graph(asked: Problem) -> Derivation:
    """Return the derivation edge by edge: each line what has arrived at an edge's target so far.

    Every node of the graph has a name; `definitions` say what it is in terms of its arguments.
    """
    plan = Plan(asked.shapes)
    for name, meant in asked.definitions.items():
        plan.env[name] = plan.tree(meant)
    out = plan.tree(asked.tree)
    top_name = [] if isinstance(asked.tree, sp.Symbol) else [(out, asked.name)]
    graph = plan.graph(out, [*((i, name) for name, i in plan.env.items()), *top_name])
    wrt = graph.ids.get(asked.wrt.name)
    if wrt is None or graph.cells[wrt][0] != "input":
        raise LearnerError(f"'{asked.wrt.name}' is no input of the graph; its inputs are {', '.join(n.name for n in graph.inputs) or 'none'}")
    walk = backward(graph, wanted=(wrt,))
    symbols = Symbols(walk)
    top = graph.name(out)
    lines = [Line(encoded(sp.S.One), SEED, left=(top, top))]
    arrived: dict[int, Cells] = {}
    for flow in walk.flows:
        rule = named(graph.row(flow.edge.source))
        factors = None if flow.local is None else (encoded(symbols.tree(flow.local)), encoded(symbols.tree(flow.upstream)))
        target, total = flow.edge.target, encoded(symbols.tree(flow.total))
        lines.append(Line(total, rule, left=(top, graph.name(target)), factors=factors, so_far=arrived.get(target)))
        arrived[target] = total
    if len(lines) == 1:
        lines.append(Line(encoded(symbols.tree(walk.gradient[wrt])), CONSTANT if wrt != out else VARIABLE, left=(top, asked.wrt.name)))
    given = {name for _, name in graph.names}
    nodes = {graph.name(i): symbols.node(i) for i, cell in enumerate(graph.cells) if cell[1] and graph.name(i) not in given}
    answer = decoded(lines[-1].cells)
    opened = names_written(answer, nodes)
    written_out = [opened, *(tree for _, tree in algebra.stages(opened))][-1]
    if not algebra.same(written_out, answer):
        lines.append(Line(encoded(written_out), OPENED, left=lines[-1].left))
    named_nodes = ((graph.name(i), encoded(symbols.node(i))) for i, cell in enumerate(graph.cells) if cell[1] and graph.name(i) != asked.wrt.name)
    return Derivation(tuple(lines), asked.wrt.name, tuple(named_nodes), tuple(asked.shapes.items()), "graph")


SEED = Rule("seed", "seed", "dL/dL = 1")
OPENED = Rule("nodes", "nodes written out and collected")


class Symbols:
    """Adjoints as trees over the names of a graph's nodes."""

    def __init__(self, walk: Backward):
        self.walk, self.graph = walk, walk.graph
        self.found: dict[int, sp.Basic] = {}

    def tree(self, i: int) -> sp.Basic:
        """Return a cell of the extended graph; the graph's own nodes stand there by name."""
        todo = [i]
        while todo:
            top = todo[-1]
            args = self.walk.cells[top][1]
            waiting = [] if top < len(self.graph) else [a for a in args if a not in self.found]
            if top in self.found or not waiting:
                todo.pop()
                self.found.setdefault(top, self.named(top) if top < len(self.graph) else self.built(top))
            todo.extend(waiting)
        return self.found[i]

    def named(self, i: int) -> sp.Basic:
        op, _, params = self.graph.cells[i]
        return number_tree(*params) if op == "const" else sp.Symbol(self.graph.name(i))

    def built(self, i: int) -> sp.Basic:
        op, args, params = self.walk.cells[i]
        return number_tree(*params) if op == "const" else algebra.compose(op, (self.found[a] for a in args), params)

    def node(self, i: int) -> sp.Basic:
        """Return what a node of the graph is, in terms of its arguments' names."""
        op, args, params = self.graph.cells[i]
        return algebra.compose(op, (self.named(a) for a in args), params)

"""What is asked: a function, the variables, and what is assumed; from text, a tree, a graph or an exercise."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

import sympy as sp

from ...derivation.equations import function_of, slope
from ...equal.domain import Domain, domains, of_symbol
from ...equal.given import number
from ...errors import LearnerError
from ...expr.build import Plan, build
from ...expr.graph import Graph, Group
from ...expr.running import needed
from ...language import read, trees
from ...language.cursor import LECTURER
from ...language.write import write
from ...ops import heads
from ...ops.table import ROWS
from .curve import Points, along, points
from .labels import apart, meanings, picked, unit, weighing

NAMED = re.compile(r"\s*(\w+)\s*=(?!=)")


@dataclass(frozen=True, eq=False)
class Task:
    """One question: d `tree` / d each of `wrt` (the tree itself without `wrt`).

    `definitions`: what the problem's own names stand for, as trees over its inputs; `named` the lines of
    its program, for a picture with its names; `given` numbers put in before comparing. Of an equation, `tree` is left − right,
    and `depends` the name whose derivative by `wrt` is asked for.
    """

    tree: sp.Basic
    wrt: tuple[str, ...]
    assume: Mapping[str, Any] = field(default_factory=dict)
    definitions: Mapping[str, Any] = field(default_factory=dict)
    shapes: Mapping[str, Any] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    named: tuple[tuple[str, sp.Basic], ...] = ()
    output: str = ""
    text: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    depends: str = ""
    # by id, with the tree kept so that no other can take its id: hashing a tree would recurse over it
    graphs: dict[int, tuple[sp.Basic, Graph]] = field(default_factory=dict, repr=False, compare=False)
    slopes: dict[str, tuple[sp.Basic, sp.Basic]] = field(
        default_factory=dict, repr=False, compare=False
    )  # of which tree

    @cached_property
    def graph(self) -> Graph:
        """The graph of the function, its nodes named as in the program."""
        return self.graph_of(self.tree)

    @cached_property
    def numeric(self) -> Graph:
        """The graph of the function with the numbers of `given` put in."""
        return self.graph_of(trees.replaced(self.tree, self.numbers)) if self.given else self.graph

    def graph_of(self, tree: sp.Basic) -> Graph:
        """Return the graph of a tree over the problem's names, built once for each tree that is met."""
        known = self.graphs.get(id(tree))
        if known is None:
            self.graphs[id(tree)] = known = (tree, self.built(tree))
        return known[1]

    def built(self, tree: sp.Basic) -> Graph:
        plan = Plan(self.shapes, self.constants)
        names: list[tuple[int, str]] = []
        groups: list[Group] = []
        known, seen = trees.names_in(tree), set[int]()
        done: dict[int, tuple[sp.Basic, int]] = {}
        for name, line in self.named:
            if over(line, known, seen):
                names.append((plan.tree(line, done), name))
        return plan.graph(
            plan.tree(tree, done), [(i, n) for i, n in names if plan.builder.cells[i][1]], groups, self.text
        )

    @cached_property
    def inputs(self) -> frozenset[str]:
        return frozenset(n.name for n in self.graph.inputs)

    @cached_property
    def labelled(self) -> dict[str, list[sp.Basic]]:
        """What stands in for the labels of a classification: as is said, else a distribution where one weighs logs of probabilities."""
        shapes = {n.name: n.shape for n in self.graph.inputs if n.name not in self.wrt}
        kinds = {**dict.fromkeys(weighing(self.graph), "distribution"), **self.labels}
        return {name: meanings(kind, name, shapes[name]) for name, kind in kinds.items() if name in shapes}

    @cached_property
    def one_class(self) -> dict[str, sp.Basic]:
        """The unit vector of the class that the problem picks, by the names it has in books: none where none is picked."""
        found = picked(self.graph) if self.shapes else None
        if found is None:
            return {}
        return {f"e_{name}": unit(*found) for name, value in self.constants.items() if value == found[0]}

    @cached_property
    def unknown(self) -> dict[str, sp.Basic]:
        """The functions of which the problem knows the name alone, as "g(x)", x what is varied → what it is called."""
        names = dict.fromkeys(params[0] for op, _, params in self.graph.cells if op in ROWS and ROWS[op].abstract)
        argument = sp.Symbol(self.wrt[0] if self.wrt else "x")
        return {f"{name}({argument})": heads.Unknown(argument, params=(name, 0)) for name in names}

    def meaning(self, name: str | None) -> sp.Basic | None:
        """Return what a name of the problem stands for, over its inputs; None for an input and for a name it does not have."""
        return dict(self.named).get(name or "")

    @cached_property
    def numbers(self) -> dict[str, sp.Basic]:
        """The numbers of `given` as trees."""
        return {name: number(value) for name, value in self.given.items()}

    @property
    def names(self) -> list[str]:
        """The names that an answer may use."""
        return sorted({*self.inputs, *self.wrt, *self.shapes, *self.constants})

    def place(self, operation: str, argument: str = "") -> tuple[Any, ...]:
        """Return a place in the problem's graph, for a drawing: (program, operation, argument, shapes, constants), nodes by their formulas."""
        return (
            self.text or write(self.tree),
            operation,
            argument,
            tuple(self.shapes.items()),
            tuple(self.constants.items()),
        )

    def slope(self, wrt: str) -> sp.Basic:
        """Return the tree of the derivative asked for; by a line of the program it is by what the line says."""
        if not wrt:
            return self.tree
        if self.depends:
            return self.steepness
        of, slope = self.slopes.get(wrt, (None, sp.S.Zero))
        if of is not self.tree:
            meaning = None if wrt in self.inputs else self.meaning(wrt)
            slope = heads.Diff(self.tree, meaning if meaning is not None else sp.Symbol(wrt))
            self.slopes[wrt] = self.tree, slope
        return slope

    # ----- an equation -----
    @cached_property
    def steepness(self) -> sp.Basic:
        """dy/dx on the curve."""
        return slope((self.tree, sp.S.Zero), self.wrt[0], self.depends)

    def along(self, tree: sp.Basic, slope: sp.Basic | None = None) -> sp.Basic:
        """Return a tree with y′ and d/dx (…) as the derivative along the curve, y′ being what it is or as given."""
        return along(tree, self.wrt[0], self.depends, self.steepness if slope is None else slope)

    @cached_property
    def points(self) -> Points:
        """Points of the curve, the friendliest first."""
        fast = self.graph_of(heads.Diff(self.tree, sp.Symbol(self.depends)))
        return points(self.graph, fast, self.depends, self.assume)

    def read_options(self) -> dict[str, Any]:
        return {"names": self.names, "definitions": {**self.one_class, **self.unknown, **self.definitions}, "shapes": dict(self.shapes), "constants": dict(self.constants), "target": self.tree,
                "wrt": self.wrt[0] if len(self.wrt) == 1 else None}  # fmt: skip


def task(source: Any, *, wrt: Any = None, assume: Mapping[str, Any] | str | None = None, definitions: Mapping[str, Any] | None = None,
         shapes: Mapping[str, Any] | None = None, constants: Mapping[str, Any] | None = None, given: Mapping[str, Any] | None = None) -> Task:  # fmt: skip
    """Return what is asked.

    `source`: text (an expression or a program), a SymPy tree, a Python function, a Graph, or an exercise (anything
    with a `program`). `wrt`: a name, several, or None for the expression itself.

    >>> t = task("e = w*x - y; L = e**2", wrt="w")
    >>> t.tree, t.output, [n.name for n in t.graph.nodes][-2:]
    ((w*x - y)**2, 'L', ['e', 'L'])
    """
    if isinstance(source, Task):
        return source
    options: dict[str, Any] = {
        "assume": assume,
        "definitions": definitions,
        "shapes": shapes,
        "constants": constants,
        "given": given,
    }
    if isinstance(getattr(source, "program", None), str):
        asks = getattr(source, "wrt", None) or None
        said: dict[str, Any] = {name: value or getattr(source, name, None) for name, value in options.items()}
        return task(source.program, wrt=asks if wrt is None else wrt, **said)
    if callable(source) and not isinstance(source, sp.Basic):
        source = build(source, shapes=shapes, constants=constants)
    if isinstance(source, Graph):
        sizes = {n.name: n.shape for n in source.inputs if n.shape}
        return task(as_text(source), wrt=wrt, **{**options, "shapes": sizes or shapes})
    key = plain_key((source, wrt, *options.values())) if isinstance(source, str) else None
    if key is None:
        return stated(source, wrt, **options)
    kept = prepared(Asked(key, (source, wrt, options)))
    return replace(kept, graphs=dict(kept.graphs), slopes=dict(kept.slopes))


@dataclass(frozen=True, slots=True)
class Asked:
    """What a task is made of, and a key of all of it: a class answers the same question."""

    key: Any
    given: tuple[Any, Any, dict[str, Any]] = field(compare=False)


@lru_cache(maxsize=200)
def prepared(asked: Asked) -> Task:
    """Return a task with its own graphs made; each answer gets a copy, so that none keeps another's."""
    source, wrt, options = asked.given
    found = stated(source, wrt, **options)
    with suppress(LearnerError):
        found.graph_of(found.tree)
        for name in found.wrt:
            found.graph_of(found.slope(name))
    return found


def plain_key(value: Any) -> Any:
    """Return what tells plain values apart, also 1 from True; None where one is of another kind.

    >>> plain_key({"x": [0, 1]}) == plain_key({"x": (0, 1)}), plain_key(sp.Symbol("x"))
    (False, None)
    """
    if value is None or isinstance(value, str | int | float | Fraction | Domain):
        return type(value), value
    if isinstance(value, Mapping):
        value, kind = [part for pair in value.items() for part in pair], dict
    elif type(value) in (tuple, list):
        kind = type(value)
    else:
        return None
    inner = tuple(map(plain_key, value))
    return None if None in inner else (kind, inner)


def stated(source: str | sp.Basic, wrt: Any, assume: Any, definitions: Any, shapes: Any, constants: Any, given: Any) -> Task:  # fmt: skip
    """Return the task of a text or a tree."""
    assume, labels = apart(assume)
    names = (str(wrt),) if isinstance(wrt, str | sp.Symbol) else tuple(str(w) for w in wrt or ())
    told = (assumed(source) if isinstance(source, sp.Basic) else {}) | domains(assume)
    declared = tuple(dict.fromkeys([*names, *(n for n in told if n.isidentifier())]))
    sides = equation_of(source, names)
    if sides is not None:
        if len(names) != 1:
            raise LearnerError("by which variable is the derivative asked for? Of an equation name one with wrt")
        known_names = trees.names_in(sides[0]) | trees.names_in(sides[1])
        of = function_of(known_names, names[0], None, "call it y")
        return Task(trees.sub(*sides), names[:1], told, output=of, text=str(source), depends=of)
    known = Known(dict(definitions or {}), dict(shapes or {}), dict(constants or {}), declared)
    tree, named, output = known.lines(source)
    text = source if isinstance(source, str) else ""
    numbers = dict(given or {})
    found = Task(tree, names, told, known.meanings, known.shapes, known.constants, numbers, named, output, text, labels)
    for name in names:
        refuse_misspelt(name, found.inputs, known.meanings)
    return found


def over(tree: sp.Basic, names: Collection[str], seen: set[int]) -> bool:
    """Return whether a tree has these names alone; `seen`: the ids of parts of which that is known, added to where it has."""
    new, todo = set[int](), [tree]
    while todo:
        top = todo.pop()
        if id(top) in seen or id(top) in new:
            continue
        if isinstance(top, sp.Symbol) and top.name not in names:
            return False
        new.add(id(top))
        todo.extend(top.args)
    seen |= new
    return True


def as_text(graph: Graph) -> str:
    """Return a graph as one expression; one that is too deep to be read as a program, a line for each operation."""
    depth: list[int] = []
    for _, args, _ in graph.cells:
        depth.append(1 + max((depth[a] for a in args), default=0))
    if depth[graph.out] < LECTURER.depth // 2:
        return graph.formula(graph.out)
    kept = [i for i in needed(graph.cells, [graph.out]) if graph.cells[i][1]]
    names = {i: f"node{i}" for i in kept}
    return "\n".join(f"{names[i]} = {graph.formula(i, stops=names)}" for i in kept)


def equation_of(source: Any, names: Sequence[str]) -> tuple[sp.Basic, sp.Basic] | None:
    """Return the sides of a problem that is an equation between names, x**2 + y**2 = 1; None for a function, named or not."""
    if not isinstance(source, str) or "=" not in source:
        return None
    named = NAMED.match(source)
    if named and named[1] not in names and not re.search(rf"\b{named[1]}\b", source[named.end() :]):
        return None  # the usual case, told before anything is read
    return read.equation(source, [*names, "y"], LECTURER, by=names[0] if len(names) == 1 else "")


def refuse_misspelt(name: str, inputs: Collection[str], meanings: Collection[str]) -> None:
    """Raise LearnerError for a variable that differs from one of the problem in its case or underscores alone; by any other the derivative is 0."""
    near = [n for n in sorted(inputs) if n.replace("_", "").casefold() == name.replace("_", "").casefold()]
    if near and name not in inputs and name not in meanings:
        raise LearnerError(f"'{name}' is no variable of this problem (did you mean '{near[0]}'?)")


def letters_of(asked: Task, text: str) -> tuple[dict[str, sp.Basic], dict[str, sp.Basic]]:
    """Return what a text says that inputs are made of, and what it calls parts of the function."""
    said = {
        claim.name: claim.parts[0].tree
        for claim in read.derivation(text, **asked.read_options())
        if claim.kind == "definition" and claim.name is not None and claim.name not in asked.definitions
    }
    made = {name: tree for name, tree in said.items() if name in asked.inputs and handed_on(asked, name, tree)}
    known = asked.inputs.union(*map(trees.names_in, made.values()))
    parts = {name: tree for name, tree in said.items() if name not in asked.inputs and trees.names_in(tree) <= known}
    return made, parts


def lettered(asked: Task, text: str) -> Task:
    """Return a task that also knows the names a text gives to its parts, as a prompt does: "L = e**2 with e = f - y".

    A name of a part or of the whole may stand in an answer. An input that the text says more of, e = f - y, is a
    part over what it is made of. A name for something that the task does not have is passed over.

    >>> found = lettered(task("e**2", wrt="e"), "L = e**2 with e = f - y. Find dL/de.")
    >>> found.tree, sorted(found.definitions)
    ((f - y)**2, ['L', 'e'])
    """
    made, parts = letters_of(asked, text)
    letters = {**made, **{name: trees.replaced(tree, made) for name, tree in parts.items()}}
    if not letters:
        return asked
    renamed = {name: tree.name for name, tree in made.items() if isinstance(tree, sp.Symbol)}
    return replace(
        asked,
        tree=trees.replaced(asked.tree, made),
        assume={renamed.get(name, name): domain for name, domain in asked.assume.items()},
        definitions={**letters, **asked.definitions},
        named=(*letters.items(), *((name, trees.replaced(tree, made)) for name, tree in asked.named)),
        text="\n".join([*(f"{name} = {write(tree)}" for name, tree in made.items()), asked.text or write(asked.tree)]),
        graphs={},
    )


def handed_on(asked: Task, name: str, tree: sp.Basic) -> bool:
    """Return whether an input is made of new names, of which can be said what is assumed of it: of one name alone, unless it is nothing."""
    names = trees.names_in(tree)
    return bool(names) and not names & asked.inputs and (isinstance(tree, sp.Symbol) or name not in asked.assume)


@dataclass
class Known:
    """What the problem's names stand for, while its lines are read."""

    meanings: dict[str, Any]
    shapes: dict[str, Any]
    constants: dict[str, Any]
    names: tuple[str, ...] = ()

    def lines(self, source: Any) -> tuple[sp.Basic, tuple[tuple[str, sp.Basic], ...], str]:
        """Return the output's tree over the inputs alone, the named lines, and the output's name."""
        if isinstance(source, sp.Basic):
            return plain(source), (), ""
        if not isinstance(source, str):
            raise LearnerError(
                f"cannot grade {type(source).__name__}; expected text, a SymPy expression, a graph or an exercise"
            )
        here = {name.split("(")[0].strip(): read.read(text, names=self.names, definitions=self.others(name), shapes=self.shapes, constants=self.constants) if isinstance(text, str) else text
                for name, text in self.meanings.items()}  # fmt: skip
        here = {name: tree for name, tree in here.items() if isinstance(tree, sp.Basic)}
        program = read.program(
            source,
            names=self.names,
            shapes=self.shapes,
            constants=self.constants,
            definitions=self.meanings,
            limits=LECTURER,
        )
        found: dict[str, sp.Basic] = {}
        tree: sp.Basic = sp.Integer(0)
        for line in program.lines:
            tree = trees.replaced(line.tree, found)
            if line.name is not None:
                found[line.name] = tree
        last = program.lines[-1].name or ""
        self.meanings = {**self.meanings, **found}
        return tree, tuple({**here, **found}.items()), last

    def others(self, name: str) -> dict[str, Any]:
        return {n: text for n, text in self.meanings.items() if n != name}


def plain(tree: sp.Basic) -> sp.Basic:
    """Return a tree whose symbols are names alone; what they assume is in `assumed`."""
    said = symbols(tree)
    return (
        trees.replaced(tree, {s.name: sp.Symbol(s.name) for s in said})
        if any(s != sp.Symbol(s.name) for s in said)
        else tree
    )


def assumed(tree: sp.Basic) -> dict[str, Any]:
    """Return the domains that the symbols of a SymPy tree assume.

    >>> assumed(sp.Symbol("p", positive=True) + sp.Symbol("q")) == domains("p=positive")
    True
    """
    found = {s.name: of_symbol(s) for s in symbols(tree)}
    return {name: domain for name, domain in found.items() if domain is not None}


def symbols(tree: sp.Basic) -> list[sp.Symbol]:
    return [t for t in trees.parts(tree) if isinstance(t, sp.Symbol)]

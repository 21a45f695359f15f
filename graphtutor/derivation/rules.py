"""One rule of differentiation at a time: from d/dw (u) to what the rule of u's operation makes of it.

Which rule that is stands in the operation's row: `joint`, `linear`, `push` or `local`. `local` and
`push` are run on stand-ins, and what they record is turned into a tree, so that the derivation, the
backward pass and the numbers come from the same columns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp

from ..errors import LearnerError, ShapeError
from ..expr.adjoint import Folding
from ..expr.tracer import Tracer
from ..language import trees
from ..ops import heads
from ..ops.arrays import Shape, show_shape
from ..ops.row import Row
from ..ops.spell import NUMBERS, Spelled, folded
from .algebra import opened
from .anatomy import ONE, ZERO, Keys, compose, flat_factors, row_of, spell
from .terms import halves, is_fraction, product


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by its id (an operation's name, or `constant`, `chain`, `definition`, …), its name and its formula."""

    id: str
    name: str
    formula: str = ""


START = Rule("start", "what is asked")
VARIABLE = Rule("variable", "derivative of the variable", "d(w)/dw = 1")
CONSTANT = Rule("constant", "constant rule", "d(c) = 0")
MULTIPLE = Rule("multiple", "constant multiple rule", "d(c·u) = c·du")
CHAIN = " and chain rule"
DEFINITION = "definition"


class Calculus:
    """The rules for one variable: what depends on it, what each name stands for, what shape things have.

    `definitions`: name → tree, each using earlier ones alone. `shapes`: name → shape of the vectors and matrices.
    """

    def __init__(self, wrt: sp.Symbol, definitions: Mapping[str, sp.Basic], shapes: Mapping[str, Shape]):
        self.wrt, self.definitions, self.shapes = wrt, definitions, shapes
        self.seen: dict[int, tuple[sp.Basic, bool]] = {}
        self.sizes: dict[int, tuple[sp.Basic, Shape]] = {}
        for meant in definitions.values():  # in their order, so that none has to be looked into by recursion
            self.depends(meant)
            self.shape(meant)

    # ----- what depends on what -----
    def depends(self, tree: sp.Basic) -> bool:
        """Return whether the variable occurs in `tree` or in what its names stand for."""
        return folded(tree, self.leaf_depends, lambda _, spelled, found: any(found), True, self.seen)

    def leaf_depends(self, tree: sp.Basic, _: Spelled) -> bool:
        if not isinstance(tree, sp.Symbol):
            return False
        meant = self.definitions.get(tree.name)
        return tree.name == self.wrt.name or (meant is not None and self.depends(meant))

    def stands_for(self, tree: sp.Basic) -> sp.Basic | None:
        """Return the definition of a name that depends on the variable."""
        return (
            self.definitions.get(tree.name)
            if isinstance(tree, sp.Symbol) and tree.name != self.wrt.name and self.depends(tree)
            else None
        )

    def shape(self, tree: sp.Basic) -> Shape:
        """Return the shape of `tree`; d/dw of something has its shape. Raises ShapeError."""
        return folded(tree, self.leaf_shape, result_shape, True, self.sizes)

    def leaf_shape(self, tree: sp.Basic, _: Spelled) -> Shape:
        if not isinstance(tree, sp.Symbol):
            return ()
        meant = self.definitions.get(tree.name)
        return self.shapes.get(tree.name, ()) if meant is None else self.shape(meant)

    # ----- one rule -----
    def diff(self, tree: sp.Basic) -> sp.Basic:
        return heads.Diff(tree, self.wrt)

    def apply(self, u: sp.Basic) -> tuple[sp.Basic, Rule]:
        """Return d/dw (u) after one rule, and the rule.

        Raises LearnerError for an operation that has no derivative (argmax).
        """
        if not self.depends(u):
            return ZERO, CONSTANT
        if isinstance(u, sp.Symbol):
            meant = self.stands_for(u)
            return (ONE, VARIABLE) if meant is None else (self.diff(meant), definition([u.name]))
        spelled = spell(u)
        row = row_of(spelled.op)
        if row.refuses:
            raise LearnerError(row.refuses)
        if row.group:
            return self.diff(self.opened(row, spelled)), named(row)
        if row.joint:
            return self.joint(u, row)
        if row.linear:
            found = self.linear(spelled, row)
            if found is not None:
                return found
        if not row.differentiable:
            return ZERO, named(row)
        return self.chain(u, spelled, row)

    def joint(self, u: sp.Basic, row: Row) -> tuple[sp.Basic, Rule]:
        """Return the sum rule and its like: the operation of the derivatives; a sum in a sum goes with it.

        Names that stand for something are written out first.
        """
        terms, used = self.terms(u, row)
        standing = [t for t in terms if self.stands_for(t) is not None]
        if standing:
            meaning = {t.name: self.definitions[t.name] for t in standing if isinstance(t, sp.Symbol)}
            return self.diff(
                self.rebuilt(u, row, lambda t: meaning.get(t.name, t) if isinstance(t, sp.Symbol) else t)
            ), definition(meaning)
        return self.rebuilt(u, row, self.diff), joined([named(r) for r in used])

    def terms(self, u: sp.Basic, row: Row) -> tuple[list[sp.Basic], list[Row]]:
        """Return the arguments under a sum, or a sum of sums, and the rows met."""
        found, used = [], []
        todo = [u]
        while todo:
            top = todo.pop()
            spelled = spell(top)
            inner = None if spelled.op in ("input", "const") else row_of(spelled.op)
            if inner is not None and (top is u or self.goes_on(row, inner)):
                used.append(inner)
                todo.extend(reversed([a for i, a in enumerate(spelled.args) if i not in inner.conditions]))
            else:
                found.append(top)
        return found, used

    def goes_on(self, row: Row, inner: Row) -> bool:
        return all(r.joint and r.entrywise and not r.conditions and r.arity[0] > 1 for r in (row, inner))

    def rebuilt(self, u: sp.Basic, row: Row, change: Callable[[sp.Basic], sp.Basic]) -> sp.Basic:
        """Return u with `change` applied to the arguments that `terms` finds."""
        done: dict[int, sp.Basic] = {}
        todo: list[Any] = [u]
        while todo:
            top = todo.pop()
            if isinstance(top, tuple):
                whole, spelled, inner = top
                args = (a if i in inner.conditions else done[id(a)] for i, a in enumerate(spelled.args))
                done[id(whole)] = compose(spelled.op, args, spelled.params)
            elif id(top) not in done:
                spelled = spell(top)
                inner = None if spelled.op in ("input", "const") else row_of(spelled.op)
                if inner is not None and (top is u or self.goes_on(row, inner)):
                    todo.append((top, spelled, inner))
                    todo.extend(a for i, a in enumerate(spelled.args) if i not in inner.conditions)
                else:
                    done[id(top)] = self.fitting(change(top), top, row)
        return done[id(u)]

    def fitting(self, new: sp.Basic, old: sp.Basic, row: Row) -> sp.Basic:
        """Return a derivative that keeps its shape where the operation needs it: 0·v for a constant vector v."""
        if (
            isinstance(new, heads.Diff)
            and not row.entrywise
            and row.arity != (1, 1)
            and not self.depends(old)
            and self.shape(old)
        ):
            return trees.mul(ZERO, old)
        return new

    # branches: one factor or several, free or in slots, constant or not
    def linear(self, spelled: Spelled, row: Row) -> tuple[sp.Basic, Rule] | None:
        """Return the constant multiple rule, or the product rule over the factors that vary; None if neither holds."""
        free = row.note is not None and row.note.join
        factors = flat_factors(spelled, row)
        varying = [i for i, a in enumerate(factors) if self.depends(a)]
        if any(i not in row.linear for i in varying):
            return None
        fixed = [a for i, a in enumerate(factors) if i not in varying]
        if free and fixed:
            return product([*fixed, self.diff(product([factors[i] for i in varying]))]), MULTIPLE
        one = [
            compose(spelled.op, [self.diff(a) if k == i else a for k, a in enumerate(factors)], spelled.params)
            for i in varying
        ]
        if free:
            one = [product([self.diff(a) if k == i else a for k, a in enumerate(factors)]) for i in varying]
        if len(varying) == 1:
            return one[0], Rule("multiple", *row.alone[varying[0]]) if row.alone else MULTIPLE
        return total(one), named(row)

    def chain(self, u: sp.Basic, spelled: Spelled, row: Row) -> tuple[sp.Basic, Rule]:
        """Return the rule of a function: its own derivative times that of what is inside, for each argument that varies."""
        varying = [i for i, a in enumerate(spelled.args) if i not in row.conditions and self.depends(a)]
        rule = named(row)
        if len(varying) == 1 and row.alone:
            rule = Rule(row.name, *row.alone[varying[0]])
        inside = [spelled.args[i] for i in varying]
        function = not row.linear and row.arity[1] is not None  # not a quotient, and not a choice of any number
        if function and any(not isinstance(a, sp.Symbol) or self.stands_for(a) is not None for a in inside):
            rule = Rule(rule.id, rule.name + CHAIN, rule.formula)
        if row.push is not None:
            return self.pushed(u, spelled, row, varying), rule
        return self.locally(u, spelled, row, varying), rule

    def inner(self, arg: sp.Basic) -> sp.Basic:
        """Return d/dw (arg), the variable's own being 1."""
        return ONE if isinstance(arg, sp.Symbol) and arg.name == self.wrt.name else self.diff(arg)

    # ----- the row's own formulas -----
    def locally(self, u: sp.Basic, spelled: Spelled, row: Row, varying: list[int]) -> sp.Basic:
        if row.local is None:
            raise ShapeError(
                f"{row.name} needs vectors or matrices, met numbers only; give its names shapes with shapes={{…}}"
            )
        stage = Stage(self, u, spelled)
        locals_ = row.local_at("zero", stage.out, *stage.args, *stage.params)
        parts = [
            product([stage.tree(locals_[i]), self.inner(spelled.args[i])]) for i in varying if locals_[i] is not None
        ]
        return total([p for p in parts if p is not ZERO])

    def pushed(self, u: sp.Basic, spelled: Spelled, row: Row, varying: list[int]) -> sp.Basic:
        assert row.push is not None
        stage = Stage(self, u, spelled)
        ds = [stage.given(self.inner(a), self.shape(a)) if i in varying else 0 for i, a in enumerate(spelled.args)]
        return open_below(stage.tree(row.push(ds, stage.out, *stage.args, *stage.params)))

    def opened(self, row: Row, spelled: Spelled) -> sp.Basic:
        """Return a group (a loss by its name) written out."""
        assert row.opens is not None
        stage = Stage(self, None, spelled)
        return stage.tree(row.opens(*stage.args, *stage.params))


class Stage:
    """Stand-ins for the arguments of an operation, for its rules to run on, and the way back to trees."""

    def __init__(self, calculus: Calculus, out: sp.Basic | None, spelled: Spelled):
        self.builder = Folding()
        self.meant: dict[int, sp.Basic] = {}
        shapes = tuple(calculus.shape(a) for a in spelled.args)
        self.params = row_of(spelled.op).settled(spelled.params, *shapes)
        self.args = [self.given(a, s) for a, s in zip(spelled.args, shapes, strict=True)]
        if out is not None:
            self.out = self.given(out, calculus.shape(out))

    def given(self, tree: sp.Basic, shape: Shape = ()) -> Tracer:
        """Return the stand-in of a tree; a number stands for itself."""
        spelled = spell(tree)
        value = quotient(tree) if spelled.op != "const" else None
        if spelled.op == "const":
            return Tracer(self.builder, self.builder.constant(*spelled.params))
        if value is not None:
            return Tracer(self.builder, self.builder.constant(value))
        i = self.builder.input(f"given {len(self.meant)}", shape)
        self.meant[i] = tree
        return Tracer(self.builder, i)

    def tree(self, value: Any) -> sp.Basic:
        """Return what a rule gave as a tree."""
        if not isinstance(value, Tracer):
            return trees.constant(Fraction(value))
        found = dict(self.meant)
        for i, (op, args, params) in enumerate(self.builder.cells):
            if i not in found:
                found[i] = number_tree(*params) if op == "const" else built(op, [found[a] for a in args], params)
        return found[value.id]


def number_tree(value: Any, text: str) -> sp.Basic:
    if isinstance(value, str):
        return NUMBERS[value]
    return trees.constant(value, decimal="." in text or "e" in text)


def built(op: str, args: list[sp.Basic], params: tuple[Any, ...]) -> sp.Basic:
    tree = compose(op, args, params)
    return (
        product([tree])
        if type(tree) is sp.Mul and not is_fraction(tree) and not any(is_fraction(a) for a in args)
        else tree
    )


def quotient(tree: sp.Basic) -> Fraction | None:
    return trees.quotient(tree) if type(tree) is sp.Mul else None


def result_shape(tree: sp.Basic, spelled: Spelled, shapes: list[Shape]) -> Shape:
    row = row_of(spelled.op)
    if row.entrywise and not any(shapes):
        return ()
    return tuple(row.result_shape(tuple(shapes), row.settled(spelled.params, *shapes)))


def total(parts: list[sp.Basic]) -> sp.Basic:
    found = parts[0] if parts else ZERO
    for part in parts[1:]:
        found = trees.add(found, part)
    return found


def open_below(tree: sp.Basic) -> sp.Basic:
    """Return a fraction over a power of a product of names with that power opened: (x·w)² as x²·w²."""
    if not is_fraction(tree):
        return tree
    above, below = halves(tree)
    if (
        type(below) is sp.Pow
        and type(below.args[0]) is sp.Mul
        and all(not a.args for a in flat_factors(spell(below.args[0])))
    ):
        return trees.div(above, opened(Keys(), below))
    return tree


def named(row: Row) -> Rule:
    return Rule(row.name, row.rule, row.formula)


def definition(names: Any) -> Rule:
    return Rule(DEFINITION, f"definition of {' and '.join(names)}")


def joined(rules: list[Rule]) -> Rule:
    """Return several rules as one, each named once."""
    kept = list(dict.fromkeys(rules))
    return (
        Rule(kept[0].id, " and ".join(r.name for r in kept), "; ".join(r.formula for r in kept if r.formula))
        if len(kept) > 1
        else kept[0]
    )


def fits(shape: Shape, name: str) -> None:
    """Raise a ShapeError unless a variable is a number."""
    if shape:
        raise ShapeError(
            f"'{name}' has shape {show_shape(shape)}; a derivation by rules is by a number: ask for it along the graph (along='graph'), or give the entry a name of its own, as in [w0, w1]"
        )

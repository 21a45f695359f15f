"""What a row of the table of operations holds: one column for each thing anybody asks of an operation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import arrays
from .arrays import Shape
from .heads import named
from .misconceptions import LATER, SLIP, mistake
from .notation import Notation

EACH = range(1_000_000)  # every slot, of whatever number
Local = Callable[..., tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Kink:
    """Where an operation is not differentiable, and what may be chosen there.

    `where(*args, *params)` gives the quantities whose zero is a kink (over tracers: call it with them);
    `ends(*params)` the lowest and highest subgradient with respect to an argument there.
    """

    where: Callable[..., tuple[Any, ...]]
    ends: Callable[..., tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Slip:
    """A mal-rule that students commit at this operation; one of three kinds. `id` is in the catalogue of misconceptions.

    `local`: wrong local derivatives, in the form of `Row.local` (of `Row.pull` where the row has no
    local); None in a slot means that the slip does not touch this argument.
    `whole`: (y, args, slopes, *params) → a wrong derivative of the whole node, where `slopes` are those of
    the arguments, None for one that does not depend on the variable; None where it does not apply.
    `instead`: (y, *args, *params) → what is written in place of the node itself (a slip of algebra),
    or a tuple of such; None where it does not apply.
    `hint`: where this operation has something to add to that of the catalogue.
    `rare`: named after whatever else explains an answer equally well.
    """

    id: str
    local: Local | None = None
    whole: Callable[..., Any] | None = None
    instead: Callable[..., Any] | None = None
    hint: str = ""
    rare: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "hint", self.hint or mistake(self.id).hint)

    @property
    def rank(self) -> int:
        """Its place among what explains an answer equally well: low is named first."""
        return min(SLIP, mistake(self.id).rank) + LATER["rare" if self.rare else ""]


def ALL(flags: Sequence[bool], *_: Any) -> bool:
    return all(flags)


def same_shape(name: str, *shapes: Shape) -> Shape:
    """The shape rule of entrywise operations: NumPy broadcasting."""
    return arrays.broadcast(name, *shapes)


def as_given(params: tuple[Any, ...], *shapes: Shape) -> tuple[Any, ...]:
    return params


@dataclass(frozen=True, slots=True)
class Row:
    """One operation: everything that the reader, graph, trace, picture, tutor, grader and tests ask of it.

    name      key in graphs and tables
    heads     SymPy classes that read as this operation; the reader builds the first; left out where `names` are
              given, a head of that name is made
    names     what a person may call it in text, in any spelling (`log`, `ln`)
    arity     least and greatest number of arguments (None: any number)
    params    names and defaults of its settings (an axis, a slope), in order
    note      how it is written; None for a call `name(a, b)`
    label     what the node shows
    rule      the textbook's name of its derivative rule, and `formula` that rule
    says      what happens to a gradient here, a clause for the stepper's sentence
    shape     (name, *shapes) or (*shapes, params) → the shape of the result, or a ShapeError
    settle    (params, *shapes) → params with axes counted from the end and keys filled up
    forward   (*args, *params) → out, on numbers, arrays and SymPy entries alike
    code      the scalar Python expression of `forward` over `{0}`, `{1}` for compiled code (or a function of
              the params that gives it), if it has one
    local     (out, *args, *params) → ∂out/∂arg for each argument, over tracers, where entries do not mix;
              rows with a kink get `tie=` too
    pull      (g, out, *args, *params) → the gradient for each argument, over tracers, where they do; a row
              with both is taken by `local` where all is scalar
    joint     True: linear in its arguments together, so that d op(u, v) = op(du, dv), conditions untouched
    linear    the slots in which it is linear while the others are held: d op(u, v) = op(du, v) + op(u, dv)
    push      (ds, out, *args, *params) → how a derivation writes its derivative, over tracers, where neither
              these nor local × d say it; `ds` holds the derivative of each argument, 0 for a constant
    alone     for each slot the (rule, formula) that it has when nothing else depends on the variable
    kink      where it is not differentiable
    domain    for each argument (the last repeats) where it may be sampled: the names of `assume=`, or an interval
    fold      (builder, args, *params) → the id of a shorter node that is the same, or None; see `folds`
    opens     (*args, *params) → the same written out in smaller operations, over tracers
    also      other ways in which it is found written out, as `opens`
    group     True: reading it gives the opened group, not the node
    discrete  True: piecewise constant, no gradient flows; `refuses` is the message for asking for one
    gates     True: its local derivatives open and shut: where one is 0, nothing is sent, whatever comes
    finite    False (or a function of the params that says so): its value may be infinite or undefined where its
              arguments are finite, beside what `domain` says
    positive  True: its value is never below 0; ALL: if no argument is; or (flags, args, *params) → whether it is
    asks      True: its local asks what is known of its arguments (`facts` of a tracer)
    ties      True: its local takes `tie=` though it has no kink of its own
    at_zero   (slot, text): what a step says that sends such a value where that argument is 0
    of_one    the row that this is of one argument alone: max(x) of a vector
    conditions  which arguments are conditions: they are read, and get no gradient
    inner     names of settings that are worked out from the shapes and never written
    usual     values of its settings, once settled, that need not be written
    unseen    names of settings that matter to code alone: no formula in a picture or a sentence shows them
    tree      (*args) → its SymPy tree, where that is no call of `heads[0]`
    written   (parts, *params, form) → how it is written, where `note` is not enough
    reduced   (*args) over a batch → the sum over the batch of `forward`, in one stroke
    abstract  True: it has no values of its own; comparing tries it as one smooth function, and no trace has numbers
    slips     the mal-rules committed here
    """

    name: str
    forward: Callable[..., Any]
    heads: tuple[type, ...] = ()
    names: tuple[str, ...] = ()
    arity: tuple[int, int | None] = (1, 1)
    params: tuple[tuple[str, Any], ...] = ()
    note: Notation | None = None
    label: str = ""
    rule: str = ""
    formula: str = ""
    says: str = ""
    shape: Callable[..., Shape] | None = None
    settle: Callable[..., tuple[Any, ...]] = as_given
    code: str | Callable[..., str | None] | None = None
    local: Local | None = None
    pull: Local | None = None
    joint: bool = False
    linear: Sequence[int] = ()
    push: Local | None = None
    alone: tuple[tuple[str, str], ...] = ()
    kink: Kink | None = None
    domain: tuple[Any, ...] = ("real",)
    fold: Callable[..., int | None] | None = None
    opens: Callable[..., Any] | None = None
    also: tuple[Callable[..., Any], ...] = ()
    group: bool = False
    discrete: bool = False
    gates: bool = False
    finite: bool | Callable[..., bool] = True
    positive: bool | Callable[..., bool] = False
    asks: bool = False
    ties: bool = False
    of_one: str = ""
    at_zero: tuple[int, str] | None = None
    refuses: str = ""
    reduced: Callable[..., Any] | None = None
    conditions: tuple[int, ...] = ()
    written: Callable[..., Any] | None = None
    tree: Callable[..., Any] | None = None
    inner: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    usual: tuple[Any, ...] = ()
    abstract: bool = False
    slips: tuple[Slip, ...] = field(default=())

    def seen(self, params: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return settings as a picture shows them: those in `unseen` left at their defaults."""
        return (
            tuple(
                default if key in self.unseen else value
                for (key, default), value in zip(self.params, params, strict=True)
            )
            if self.unseen
            else params
        )

    def __post_init__(self) -> None:
        if self.names and not self.heads and not self.tree:
            object.__setattr__(self, "heads", (named(self.name),))

    @property
    def entrywise(self) -> bool:
        """True if the operation acts on entries one by one, with broadcasting."""
        return self.shape is None

    @property
    def operators(self) -> bool:
        """True if `code` is made of operators alone, so that it serves arrays as well."""
        return isinstance(self.code, str) and not any(c.isalpha() for c in self.code)

    def settled(self, params: tuple[Any, ...], *shapes: Shape) -> tuple[Any, ...]:
        """Return all settings for arguments of `shapes`: those given, the defaults of the others, axes counted from the end."""
        return (
            self.settle((*params, *(default for _, default in self.params[len(params) :])), *shapes)
            if self.params
            else ()
        )

    def local_at(self, tie: str, y: Any, *args: Any, rule: Local | None = None) -> tuple[Any, ...]:
        """Return ∂y/∂arg for each argument, with the choice `tie` at a kink; `args` are arguments and settings, `rule` may stand for `local`."""
        run = rule or self.local
        assert run is not None
        return run(y, *args, **({"tie": tie} if self.kink is not None or self.ties else {}))

    def stays_finite(self, params: tuple[Any, ...]) -> bool:
        """Return whether its value is finite wherever its arguments are."""
        fine = self.finite(*params) if callable(self.finite) else self.finite
        return fine and all(d == "real" for d in self.domain)

    def never_negative(self, flags: Sequence[bool], args: tuple[int, ...], params: tuple[Any, ...]) -> bool:
        """Return whether its value is never below 0, given which arguments never are."""
        return self.positive(flags, args, *params) if callable(self.positive) else self.positive

    @property
    def differentiable(self) -> bool:
        return self.local is not None or self.pull is not None

    def result_shape(self, shapes: tuple[Shape, ...], params: tuple[Any, ...]) -> Shape:
        """Return the shape of the result for arguments of `shapes`, or raise a ShapeError."""
        if self.shape is None:
            return same_shape(self.label or self.name, *shapes)
        return self.shape(*shapes, *params)

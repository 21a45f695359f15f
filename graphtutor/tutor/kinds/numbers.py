"""Numbers to work out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta, Struct
from msgspec.structs import replace

from ...errors import AuthorError, ReadError
from ...text import several
from . import Exercise, Point, Question, Wrong, maths, refusal, refused, right

if TYPE_CHECKING:
    from ...grading.told.grades import Grade
    from ..maths import Typed

EXAMPLE = "8.4, 0, -4.2"
GRADIENT = re.compile(r"d[^\W_]+_d(\w+)")
RATES = "1", "0.5", "0.1", "0.05", "0.01", "0.005", "0.001"  # of a step that is taken for a gradient
STEPPED = "that is the parameter after a step; asked is the gradient alone, before the rate and the old value come in"


class Ask(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One question of a numbers exercise, answered by one number or several.

    Just one of: `formula`, over the names of the program, their gradients (`dL_dw0`) and local
    gradients (`local_e_f`); `shape`, `count` of inputs, operations or edges. `points` name the places
    where it is asked (all their values are added or averaged, if `over` says so); `run` a training run.
    `program` stands in for that of the exercise; `tie` and `digits` (decimals to give) too.
    """

    label: str
    program: str = ""
    formula: str | tuple[str, ...] = ()
    shape: str = ""
    count: str = ""
    points: tuple[str, ...] = ()
    over: str = ""
    run: str = ""
    tie: str = ""
    digits: int | None = None


class Run(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A training run on the lecture's data: what `train` is called with."""

    method: str = "sgd"
    reduction: str = ""
    rate: float = 0.01
    epochs: int = 20
    batch_size: int | None = None
    sequential: bool = False
    start: dict[str, float] = {}


class Numbers(Exercise, frozen=True, kw_only=True, tag="numbers"):
    """Numbers at given points. A wrong answer gives formulas of the slip; labels left out keep the right number."""

    at: Point = {}
    points: dict[str, Point] = {}
    runs: dict[str, Run] = {}
    asks: Annotated[tuple[Ask, ...], Meta(min_length=1)]
    digits: int = 3
    wrong: Annotated[tuple[Wrong[dict[str, str | tuple[str, ...]]], ...], Meta(min_length=1)]

    KEPT = frozenset({"over", "run", "runs", "count"})
    MINUTES = 3
    TEMPLATE = """\
prompt = "{{at}}, and L = (w*x - y)^2. Give L and dL/dw."
program = "L = (w*x - y)**2"
at = { w = 2, x = 3, y = 5 }
digits = 2
hints = [
    "The difference first.",
    "L is its square.",
    "dL/dw is twice the difference times x.",
]
vary = { w = [2, -1, 4], x = [3, -1, 2] }

[[asks]]
label = "L"
formula = "L"

[[asks]]
label = "dL/dw"
formula = "dL_dw"

[[wrong]]
answer = { "dL/dw" = "2*(w*x - y)" }
misconceptions = ["chain.missing-inner"]
why = "the inner derivative x is missing"
"""

    # ----- the file -----
    def faults(self) -> Iterator[str]:
        labels = [ask.label for ask in self.asks]
        for ask in self.asks:
            yield from (f"ask '{ask.label}' {fault}" for fault in self.faults_of(ask))
            if labels.count(ask.label) > 1:
                yield f"two asks are labelled '{ask.label}'; give each its own label"
        for label in (label for wrong in self.wrong for label in wrong.answer if label not in labels):
            yield f"a wrong answer is for '{label}'; the labels are {', '.join(labels)}"

    def faults_of(self, ask: Ask) -> Iterator[str]:
        if sum(map(bool, (ask.formula, ask.shape, ask.count))) != 1:
            yield "needs one of formula, shape and count"
        unknown = [p for p in ask.points if p not in self.points] + [r for r in (ask.run,) if r and r not in self.runs]
        if unknown:
            yield f"names '{unknown[0]}', which is no point or run of this file"
        if ask.over not in ("", "sum", "mean"):
            yield f"has over = '{ask.over}'; expected sum or mean"

    def with_defaults(self, tie: str, reduction: str) -> Numbers:
        runs = {name: replace(run, reduction=run.reduction or reduction) for name, run in self.runs.items()}
        return replace(self, tie=self.tie or tie, runs=runs)

    def programs(self) -> list[str]:
        return [text for text in (self.program, *(ask.program for ask in self.asks)) if text]

    def questions(self) -> list[Question]:
        return [Question(ask.label, ask.label) for ask in self.asks]

    def wanted(self, key: str) -> int:
        return next((1 if ask.shape else len(self.numbers(ask)) for ask in self.asks if ask.label == key), 1)

    def digits_of(self, ask: Ask) -> int:
        return self.digits if ask.digits is None else ask.digits

    # ----- judging -----
    def judged(self, answer: Mapping[str, Any]) -> Grade:
        """Compare each question's numbers with the computed ones, and what is wrong with the slips of the file."""
        asks = {ask.label: ask for ask in self.asks}
        truth = {label: self.numbers(ask) for label, ask in asks.items()}
        given: dict[str, list[Typed]] = {}
        for label, ask in asks.items():
            try:
                given[label] = self.read(ask, answer.get(label, ""), truth[label])
            except ReadError as error:
                return unreadable(error, label, asks)
        verdicts = {n: maths.all_agree(given[n], truth[n], self.digits_of(ask)) for n, ask in asks.items()}
        wrong = [label for label, ok in verdicts.items() if ok is False]
        coarse = next((label for label, ok in verdicts.items() if ok is None), None)
        if wrong:
            return self.refused(answer, wrong, given, truth)
        if coarse is not None:
            digits = self.digits_of(asks[coarse])
            asked = f"at least {digits} decimal{'s' if digits != 1 else ''}"
            return unreadable(ReadError(f"{coarse}: right as far as it goes; give {asked}", ""), coarse, asks)
        return right({1: "Right.", 2: "Right, both."}.get(len(verdicts), f"Right, all {len(verdicts)}."))

    def refused(
        self, answer: Mapping[str, Any], wrong: list[str], given: dict[str, list[Typed]], truth: dict[str, list[Any]]
    ) -> Grade:
        """Return the Grade of an answer of which some numbers are wrong, in the words of the slip that gives them."""
        asks = {ask.label: ask for ask in self.asks}
        rest, one = len(asks) - len(wrong), len(wrong) == 1
        message = f"Wrong: {several(wrong)}" if rest or one else f"None of the {len(wrong)} is right"
        message += f"{miscounted(given[wrong[0]], truth[wrong[0]]) if one else ''}."
        message += f" The other {'one is' if rest == 1 else f'{rest} are'} right." if rest else ""
        table = [maths.Cell(n, "wrong" if n in wrong else "right", str(answer[n])) for n in asks]

        def explains(slip: Wrong[Any]) -> bool:
            return all(
                n in slip.answer and maths.all_agree(given[n], self.numbers(asks[n], slip.answer[n])) for n in wrong
            )

        found = refusal(rest / len(asks), message, self.wrong, explains)
        if not found.misconceptions and all(self.stepped(asks[n], given[n], truth[n]) for n in wrong):
            found = refused(rest / len(asks), message, [["updated-instead"]], STEPPED)
        return maths.renewed(found, table=tuple(table))

    def stepped(self, ask: Ask, given: list[Typed], truth: list[Any]) -> bool:
        """Return whether parameters after a step of descent were given where their gradients are asked for."""
        texts = (ask.formula,) if isinstance(ask.formula, str) else ask.formula
        names = [name[1] if (name := GRADIENT.fullmatch(text)) else "" for text in texts]
        if not any(names) or any(n and isinstance(self.at.get(n, []), list) for n in names):
            return False
        old = [maths.exactly(self.at[n]) if n else None for n in names * (len(truth) // len(names))]
        return any(
            maths.all_agree(
                given, [g if p is None else p - Fraction(rate) * g for p, g in zip(old, truth, strict=False)]
            )
            for rate in RATES
        )

    def read(self, ask: Ask, value: Any, truth: list[Any]) -> list[Typed]:
        """Return what was given for one question as numbers; a ReadError where that is no number, or not as many as are wanted."""
        text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        many = "a number" if len(truth) == 1 else f"{len(truth)} numbers"
        if not text.strip():
            raise ReadError(f"'{ask.label}' has no answer yet; expected {many}", "")
        try:
            found = maths.typed(text, len(truth))
        except ReadError as error:
            raise ReadError(f"{ask.label}: {error.message}", error.source or text, 1, error.column) from None
        if len(found) != len(truth) and not ask.shape:
            raise ReadError(f"{ask.label}{miscounted(found, truth)}; expected {many}, such as {EXAMPLE}", text)
        return found

    # ----- the numbers -----
    def numbers(self, ask: Ask, formula: str | tuple[str, ...] | None = None) -> list[Any]:
        """Return the right numbers for one question; with `formula`, those that a slip gives instead."""
        if ask.count:
            return [self.counted(ask.count) if formula is None else maths.evaluated(str(formula), {})]
        if ask.shape:
            return [*self.shape_of(ask.shape)] if formula is None else [Fraction(f) for f in str(formula).split(",")]
        given = ask.formula if formula is None else formula
        texts = (given,) if isinstance(given, str) else given
        if ask.run:
            return values(texts, maths.trained(self.graph(), self.runs[ask.run]))
        rows = self.rows(ask, texts, formula is not None)
        if not ask.over:
            return [v for row in rows for v in row]
        total = [sum(column) for column in zip(*rows, strict=True)]
        return [v / len(rows) for v in total] if ask.over == "mean" else total

    def rows(self, ask: Ask, texts: tuple[str, ...], slip: bool) -> list[list[Any]]:
        """Return the numbers of formulas at each point of a question; a slip may have a formula of its own for each."""
        where = [self.at | self.points[name] for name in ask.points] or [self.at]
        own = len(texts) // len(where) if slip and not ask.over and len(texts) == len(self.numbers(ask)) else 0
        program = ask.program or self.program
        graph = self.graph(program) if program else None
        return [
            values(texts[k * own : (k + 1) * own] if own else texts, maths.environment(graph, at, ask.tie or self.tie))
            for k, at in enumerate(where)
        ]

    def counted(self, what: str) -> int:
        graph = self.graph()
        found = {"inputs": len(graph.inputs), "operations": sum(bool(n.args) for n in graph.nodes), "edges": len(graph.edges()),
                 "constants": sum(n.role == "constant" for n in graph.nodes)}  # fmt: skip
        if what not in found:
            raise AuthorError(f"{self.id}: count = '{what}'; expected {', '.join(found)}")
        return found[what]

    def shape_of(self, name: str) -> tuple[int, ...]:
        """Return the shape of a node; `dL/dW` has that of W."""
        graph = self.graph()
        inner = name.removeprefix(f"d{graph.name(graph.out)}/d")
        if inner not in graph.ids:
            raise AuthorError(f"{self.id}: shape = '{name}', which is no node of its program")
        return graph.shapes[graph.ids[inner]]

    # ----- answers -----
    def accepted(self) -> list[Any]:
        return [{ask.label: maths.shown(self.numbers(ask), self.digits_of(ask)) for ask in self.asks}]

    def rejected(self) -> list[tuple[Any, tuple[str, ...]]]:
        asks, base = {ask.label: ask for ask in self.asks}, self.accepted()[0]
        return [
            (base | {n: self.long(self.numbers(asks[n], formula)) for n, formula in w.answer.items()}, w.misconceptions)
            for w in self.wrong
        ]

    def long(self, values: list[Any]) -> str:
        """Return numbers with decimals enough that none of them counts as rounded."""
        return ", ".join(f"{float(v):.{max(6, self.digits)}f}" for v in values)


def values(texts: Iterable[str], known: dict[str, Any]) -> list[Any]:
    """Return the numbers of formulas over known ones, row by row."""
    return [v for text in texts for v in maths.flat(maths.evaluated(text, known))]


def unreadable(error: ReadError, label: str, labels: Iterable[str]) -> Grade:
    """Return the Grade of numbers of which one cannot be read: none of them counts."""
    table = tuple(maths.Cell(name, "unread" if name == label else "undecided") for name in labels)
    return maths.Grade(0.0, None, f"{error.message}. It costs nothing.", invalid=error, table=table)


def miscounted(given: list[Typed], truth: list[Any]) -> str:
    if len(given) == len(truth):
        return ""
    met = f"{len(given)} number{'s' if len(given) != 1 else ''}"
    return f": {met} where {len(truth)} {'were' if len(truth) != 1 else 'was'} asked for"

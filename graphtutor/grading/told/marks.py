"""What a grade is made of: a verdict for each line, misconceptions, a counterexample, the cells of a sheet; and how points are given."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import LearnerError, ReadError
from ..asked.forms import FORMS


@dataclass(frozen=True, slots=True)
class Rubric:
    """How an answer is graded: points per line (`points`, 1 each if left out), with follow-through or without, and what form is asked for.

    `follow`: the share of a line's points that it earns when it follows correctly from a wrong line.
    `form`: any of "cases", "expanded", "product", "no-decimals"; an answer that is right but in another form gets `form_share`.
    `variant`: where several explanations fit a wrong answer, the Grade holds a change of the problem that tells them apart.
    """

    points: tuple[float, ...] = ()
    follow: float = 1.0
    form: tuple[str, ...] = ()
    form_share: float = 0.5
    variant: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.points, list | tuple) or not all(isinstance(p, int | float) for p in self.points):
            raise LearnerError(f"points are one number a line, such as points=(1, 2); met {self.points!r}")
        for form in self.form:
            if form not in FORMS:
                raise LearnerError(f"'{form}' is no form of an answer; expected {', '.join(FORMS)}")
        if any(p < 0 for p in self.points) or not 0 <= self.follow <= 1 or not 0 <= self.form_share <= 1:
            raise LearnerError("points are numbers from 0 up, follow and form_share shares from 0 to 1")

    def of(self, index: int) -> float:
        return self.points[min(index, len(self.points) - 1)] if self.points else 1.0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an answer. `index` counts the answer's lines from 0.

    `status`: "right", "wrong", "follows" (wrong, but correct from line `after`), "compensates" (right again,
    though it does not follow from the wrong line before), "definition", "side" (a calculation on the way),
    "text", "unread" (`error` says where), "undecided" (a person decides).
    `truth` and `previous` are verdicts ("proved", "agrees", "kink", "differs", "undecided"), None where nothing was compared.
    """

    index: int
    text: str
    status: str
    quantity: str = ""
    truth: str | None = None
    previous: str | None = None
    evidence: str = ""
    after: int | None = None
    note: str = ""
    error: ReadError | None = None
    points: float = 1.0
    earned: float = 0.0


@dataclass(frozen=True, slots=True)
class Misconception:
    """A misconception that explains a wrong answer: the catalogue's id, where it happened, and two hints.

    `node` is the node's name in the graph and `text` its formula; `edge` is (operation, argument) where it is
    one edge. `hint` gives nothing away, `strong` says what is missing. `with_` is the second slip of a pair,
    `line` the index of the line that it explains, `argument` the formula at the other end of the edge.
    """

    id: str
    node: str = ""
    text: str = ""
    edge: tuple[str, str] | None = None
    hint: str = ""
    strong: str = ""
    with_: str = ""
    line: int | None = None
    argument: str = ""

    def __str__(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A point of small numbers at which the answer fails: `answer` and `truth` as text there, and their ratio if it is the same everywhere."""

    point: tuple[tuple[str, str], ...]
    answer: str
    truth: str
    ratio: str = ""
    what: str = "the derivative"

    def __str__(self) -> str:
        at = ", ".join(f"{name} = {value}" for name, value in self.point)
        told = f"At {at}: " if at else ""
        return f"{told}yours is {self.answer}, {self.what} is {self.truth}." + (
            f" Yours is {self.ratio} everywhere." if self.ratio else ""
        )


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a sheet: `status` is "right", "wrong", "follows" (wrong only because of an earlier cell) or "blank"."""

    name: str
    status: str
    given: str = ""
    right: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Variant:
    """A change of the problem on which the candidates differ: its text, and what each misconception would answer there."""

    problem: str
    wrt: str
    point: tuple[tuple[str, str], ...]
    answers: tuple[tuple[str, str], ...]

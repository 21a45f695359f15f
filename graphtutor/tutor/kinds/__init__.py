"""What an exercise is, and one module for each kind: its fields, questions, judge, answers, and the text of a new file.

A new kind is a new module here with a class of its own `tag`; nothing else names it. What these
methods compute with, they find in `maths`, which is imported when an answer is first looked at:
listing and showing exercises waits for no SymPy.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, NamedTuple, TypeVar

from msgspec import Meta, Struct
from msgspec.structs import replace

from ...errors import LearnerError, ReadError
from ...ops.misconceptions import unknown
from ...shown import card

if TYPE_CHECKING:
    import random

    from ...expr.graph import Graph
    from ...grading.asked.task import Task
    from ...grading.told.grades import Grade
    from ...grading.told.marks import Misconception
    from .. import maths as maths
    from ..heard import Heard
else:

    class Late:
        """A module that is imported when something of it is first asked for."""

        def __getattr__(self, name: str) -> Any:
            return getattr(import_module("..maths", __name__), name)

    maths = Late()

Answer = TypeVar("Answer")
Self = TypeVar("Self", bound="Exercise")
Number = int | float | str
Name = Annotated[
    str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", description="lower case words joined by hyphens, such as hinge-dw0")
]
Hints = Annotated[tuple[str, ...], Meta(min_length=3, description="weak to strong; the last one leaves only one step")]
Point = dict[str, Number | list[Any]]
KEPT = frozenset(
    {"kind", "id", "format_version", "misconceptions", "lecture", "concepts", "variants", "vary", "tie"}
)  # fields that say the same in every variant


def known(ids: Iterable[str]) -> None:
    """Raise ValueError for an id that the catalogue of misconceptions has not; the reader of a file says where it stands."""
    fault = unknown(ids)
    if fault:
        raise ValueError(fault)


class Wrong(Struct, Generic[Answer], frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An answer that must fail. One of `misconceptions` (ids of the catalogue) must be named; `why` is told to the learner who gives it."""

    answer: Answer
    misconceptions: tuple[str, ...] = ()
    why: str = ""

    def __post_init__(self) -> None:
        known(self.misconceptions)


class Question(NamedTuple):
    """One thing to type: `key` is "" where the answer is one text; `lines` means several lines, ended by `.` alone."""

    key: str
    prompt: str
    lines: bool = False


class Exercise(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind"):
    """What every kind of exercise has. `program` is what the reader reads; its last line is the output.

    `assume`: name → domain, `real` where not given. `note` is shown with the solution. `variants`:
    rows of replacements, a name → another name or `{{key}}` → text, the first row being what the
    file shows without a seed; `vary`: name → numbers that its value may take.
    """

    format_version: int
    id: Name
    title: str
    prompt: str
    hints: Hints
    program: str = ""
    lecture: tuple[str, ...] = ()
    concepts: tuple[str, ...] = ()
    assume: dict[str, str | list[Number]] = {}
    shapes: dict[str, int | list[int]] = {}
    constants: dict[str, int | float] = {}
    tie: str = ""
    note: str = ""
    variants: tuple[dict[str, Number], ...] = ()
    vary: dict[str, list[Number | list[Any]]] = {}

    TEMPLATE: ClassVar[str] = ""  # what stands under the head of a new file
    KEPT: ClassVar[frozenset[str]] = frozenset()  # further fields that say the same in every variant
    MINUTES: ClassVar[int] = 2  # that a learner takes, by estimate
    DRAWN: ClassVar[bool] = False  # whether the lesson shows its graph before the first try
    HINT_MAY_ANSWER: ClassVar[bool] = False  # whether a hint, typed as it stands, could be an answer
    FORM: ClassVar[str] = (
        "text"  # how a page takes the answer: text, lines, code, table, one (of its options), any (of them)
    )

    @property
    def kind(self) -> str:
        return str(self.__struct_config__.tag)

    def __repr__(self) -> str:  # what is right stands in the file, and is shown by `solution` alone
        return f"<Exercise {self.id}: {self.title}>"

    def _repr_html_(self) -> str:
        return card(self.title, [*self.prompt.split("\n"), f"gt.grade(gt.exercise({self.id!r}), answer)"])

    # ----- the file -----
    def faults(self) -> Iterator[str]:
        """Yield what is wrong with the file that types alone cannot say."""
        yield from ()

    def with_defaults(self: Self, tie: str, reduction: str) -> Self:
        """Return the exercise with a course's tie rule (and reduction of training runs) where it has none of its own."""
        return replace(self, tie=self.tie or tie)

    @property
    def varies(self) -> bool:
        """Whether a seed draws another exercise."""
        return bool(self.variants or self.vary)

    def drawn(self, rng: random.Random) -> dict[str, Any]:
        """Return the fields that a seed makes up anew."""
        return {}

    # ----- its graph -----
    def programs(self) -> list[str]:
        """Return every program that the exercise computes with."""
        return [self.program] if self.program else []

    def graph(self, program: str | None = None) -> Graph:
        """Return the graph of the program, or of another text over the same names."""
        text = self.program if program is None else program
        return maths.build(text, shapes=self.declared(text), constants=self.constants)

    @property
    def asked_names(self) -> tuple[str, ...]:
        """What is differentiated by."""
        wrt = getattr(self, "wrt", ())
        return (wrt,) if isinstance(wrt, str) and wrt else tuple(wrt)

    @property
    def inputs_asked(self) -> tuple[str, ...]:
        """What is differentiated by and stands in the program's graph."""
        return self.asked_names

    def declared(self, text: str) -> dict[str, Any]:
        """Return the shapes of the names in a text. What is assumed of, or differentiated by, is a name, `e` too."""
        assigned = {line.partition("=")[0].strip() for line in text.splitlines()}
        return {name: () for name in (*self.assume, *self.asked_names) if name not in assigned} | self.shapes

    @property
    def names(self) -> frozenset[str]:
        """Every word of the program: what a learner types of these alone is an answer, and no command."""
        return frozenset(re.findall(r"[^\W\d]\w*", self.program))

    @property
    def output_name(self) -> str:
        """The name of the output as a prompt shows it: its own, or f."""
        name, equals, _ = self.program.strip().splitlines()[-1].partition("=")
        return name.strip() if equals and name.strip().isidentifier() else "f"

    # ----- asking -----
    def listing(self) -> list[str]:
        """Return the lines or options that are shown under the prompt."""
        return []

    def diagram(self) -> list[str]:
        """Return the graph as lines of text, an operation a line, with what goes into it.

        >>> from ..exercises import library
        >>> library().exercise("forward-sheet").diagram()[0]
        'w0, x0 → p0 = w0*x0'
        """
        graph = self.graph()
        sources = {n.id: [graph.name(i) for i in n.args if graph.nodes[i].role != "constant"] for n in graph.nodes}
        return [f"{', '.join(sources[n.id])} → {n.name} = {n.text}" for n in graph.nodes if n.args]

    def questions(self) -> list[Question]:
        """Return what is asked for, in order."""
        return [Question("", self.asks_for)]

    def choices(self) -> list[tuple[str, str]]:
        """Return what there is to choose from: what is typed for it, and its words."""
        return []

    def heard(self, key: str, text: str) -> list[Heard]:
        """Return what is understood of an answer while it is typed."""
        return maths.numbers_heard(text, self.wanted(key))

    def wanted(self, key: str) -> int:
        """Return how many numbers answer a question; 0 where a formula does."""
        return 0

    def prompt_of(self, question: Question) -> str:
        """Return what stands before the place to type: `f = `, or `w (3 numbers) = `."""
        wanted = self.wanted(question.key)
        many = f" ({wanted} numbers)" if wanted > 1 else ""
        return f"{question.prompt}{many}{':' if '=' in question.prompt else ' ='} "

    @property
    def asks_for(self) -> str:
        """The prompt of the only question."""
        raise NotImplementedError

    def from_text(self, text: str) -> Any:
        """Return the answer that one text holds: the text itself, or key → text where there are several questions."""
        asks = self.questions()
        if len(asks) == 1 and not asks[0].key:
            return text.strip()
        keys = {q.prompt: q.key for q in asks}
        wanted = [self.wanted(q.key) for q in asks]
        return {keys[label]: value for label, value in maths.labelled(text, list(keys), wanted).items()}

    def checked(self, answer: Any) -> Any:
        """Return an answer in the form that is taken here, or a LearnerError that says which that is."""
        if isinstance(answer, str):
            return self.from_text(answer)
        asks = self.questions()
        if not asks[0].key:
            if isinstance(answer, int | float):
                return str(answer)
            raise LearnerError(f"{self.id} cannot take {type(answer).__name__}; expected one text")
        if isinstance(answer, Mapping):
            return self.keyed(asks, answer)
        if isinstance(answer, list | tuple) and len(answer) == len(asks):
            return {q.key: value for q, value in zip(asks, answer, strict=True)}
        expected = f"{len(asks)} values, for {', '.join(q.prompt for q in asks)}"
        raise LearnerError(f"{self.id} cannot take {type(answer).__name__}; expected {expected}")

    def keyed(self, asks: list[Question], answer: Mapping[Any, Any]) -> dict[str, Any]:
        """Return answers by the keys of their questions; they may be named by the prompts too."""
        keys = {name: q.key for q in asks for name in (q.prompt, q.key)}
        alien = next((str(name) for name in answer if name not in keys), None)
        if alien is not None:
            raise LearnerError(f"'{alien}' is no question of {self.id}; expected {', '.join(q.key for q in asks)}")
        return {keys[name]: value for name, value in answer.items()}

    # ----- judging -----
    def judged(self, answer: Any) -> Grade:
        """Return the Grade of a checked answer; a ReadError where it cannot be read."""
        raise NotImplementedError

    def diagnosed(self, answer: Any) -> Grade | None:
        """Return what the grading room says of a wrong answer without the file's own words; None where it is not asked."""
        return None

    def untouched(self) -> str:
        """Return what a learner would hand in who copies the exercise, or nothing."""
        return ""

    # ----- answers -----
    def accepted(self) -> list[Any]:
        """Return answers that must pass, one at least."""
        return list(self.accept)  # type: ignore[attr-defined]

    def slips(self) -> list[Wrong[Any]]:
        """Return the wrong answers that the file knows."""
        return list(getattr(self, "wrong", ()))

    def rejected(self) -> list[tuple[Any, tuple[str, ...]]]:
        """Return answers that must fail, each with the misconceptions of which one must be named."""
        return [(w.answer, w.misconceptions) for w in self.slips()]

    def told(self, notation: str = "plain", width: int = 80) -> str:
        """Return a solution as lines of text; its formulas in a notation of the course."""
        answer = self.accepted()[0]
        return (
            indented(f"{key}: {value}" for key, value in answer.items()) if isinstance(answer, dict) else f"  {answer}"
        )


class Worded(Exercise, frozen=True, kw_only=True, tag="worded"):
    """An exercise whose answer the grading room judges, in the words of the file where the file knows the slip."""

    def asked(self) -> Task:
        """Return what is asked, as the grading room takes it, with the letters of the prompt."""
        return maths.lettered(maths.task(self, shapes=self.declared(self.program)), self.prompt)

    def handed(self, answer: Any) -> Any:
        """Return an answer as the grading room takes it."""
        return answer

    def checked(self, answer: Any) -> Any:
        if isinstance(answer, str | Mapping):
            return super().checked(answer)
        return list(answer) if isinstance(answer, tuple) else answer

    def heard(self, key: str, text: str) -> list[Heard]:
        return maths.formulas_heard(self.asked(), text)

    def judged(self, answer: Any) -> Grade:
        if not answer:
            raise ReadError("there is no answer yet; expected an expression, or the lines that lead to it", "")
        asked = self.asked()
        found = maths.grade(asked, self.handed(answer))
        return self.worded(asked, found, answer) if found.correct is False else found

    def diagnosed(self, answer: Any) -> Grade | None:
        return maths.grade(self.asked(), self.handed(answer))

    def worded(self, asked: Task, found: Grade, answer: Any) -> Grade:
        """Return the Grade of a wrong answer with what the file says of it: its words, and first the misconceptions that it expects."""
        given = self.wrong_trees(asked, answer)
        slips = [w for w in self.slips() if maths.agree(asked, given, self.wrong_trees(asked, w.answer))]
        slips.sort(key=lambda w: w.answer != answer)  # two slips may lead to the same value
        why = next((w.why for w in slips if w.why), "")
        told = list(dict.fromkeys(m for w in slips for m in expected(found, w)))
        first = [maths.renewed(m, hint=sentence(why) or m.hint) for m in told[:1]]
        rest = [m for m in dict.fromkeys((*told, *found.misconceptions)) if m not in told[:1]]
        point = found.counterexample
        if point is not None and not asked.wrt:
            point = maths.renewed(point, what="the right value")
        return maths.renewed(
            found, message=said(found.message, why), misconceptions=(*first, *rest), counterexample=point
        )

    def wrong_trees(self, asked: Task, answer: Any) -> dict[str, Any]:
        """Return the first wrong expression of an answer, for each gradient that it gives."""
        return {"": maths.wrong_tree(asked, answer)}


class Single(Worded, frozen=True, kw_only=True, tag="single"):
    """One formula to give."""

    program: str
    wrt: str
    accept: Annotated[tuple[str, ...], Meta(min_length=1)]
    wrong: Annotated[tuple[Wrong[str], ...], Meta(min_length=1)]

    HINT_MAY_ANSWER = True

    def in_prompts_letters(self) -> list[str]:
        """Return the first accepted answer in the letters that the prompt gives to parts of the problem: they must all be known."""
        plain = maths.task(self, shapes=self.declared(self.program))
        return maths.respelled(plain, self.asked(), self.accept[0])

    @property
    def asks_for(self) -> str:
        called = re.search(rf"\bd([^\W\d_]\w*)/d{re.escape(self.wrt)}\b", self.prompt)
        return f"d{called[1] if called else self.output_name}/d{self.wrt}"


def expected(found: Grade, slip: Wrong[Any]) -> list[Misconception]:
    """Return the misconceptions of a slip that the diagnosis found too; if it found none of them, the slip's first."""
    known = [m for m in found.misconceptions if m.id in slip.misconceptions]
    return known or [maths.Misconception(name) for name in slip.misconceptions[:1]]


# ----- what is said -----
def said(message: str, why: str) -> str:
    """Return a message with the words of the exercise behind it, in place of a bare "Not right."."""
    told = message if message != "Not right." or not why else ""
    return ("\n" if told and told[-1] not in ".:;?!" else " ").join(filter(None, (told, sentence(why))))


def sentence(why: str) -> str:
    """Return words as a sentence; a formula at its beginning stays as it is.

    >>> sentence("the sine becomes a cosine"), sentence("x0 is missing")
    ('The sine becomes a cosine.', 'x0 is missing.')
    """
    if not why:
        return ""
    start = why[0].upper() if re.match(r"[a-z]+('s)?[,:;.]?(\s|$)", why) and why[1:2].isalpha() else why[0]
    return f"{start}{why[1:].rstrip('.')}{'' if why.endswith(('?', '!')) else '.'}"


def indented(lines: Iterable[str]) -> str:
    return "\n".join(f"  {line}" for line in lines)


def refusal(score: float, message: str, wrong: Iterable[Wrong[Any]], matches: Callable[[Wrong[Any]], bool]) -> Grade:
    """Return the Grade of a wrong answer: the misconceptions of all slips of the file that it makes, and the words about the first."""
    slips = [slip for slip in wrong if matches(slip)]
    return refused(
        score, message, (slip.misconceptions[:1] for slip in slips), next((s.why for s in slips if s.why), "")
    )


def refused(score: float, message: str, ids: Iterable[Iterable[str]], why: str) -> Grade:
    names = dict.fromkeys(name for several in ids for name in several)
    told = (maths.Misconception(name, hint=sentence(why)) for name in names)
    return maths.Grade(score, False, said(message, why), misconceptions=tuple(told))


def right(message: str = "Right.") -> Grade:
    return maths.Grade(1.0, True, message)

"""What a person decided about an undecided or disputed grade: kept in a file beside the machine's verdicts.

A decision belongs to an answer. Grading again does not touch it; when the answer has changed since, it is
kept and said to be stale.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import LearnerError
from ..text import written
from .final import Result, final
from .many import Class
from .results import graded, restored
from .submissions import Submission

FORMAT = 1
WORDS = {"right": (True, 1.0), "wrong": (False, 0.0), "not right": (False, 0.0)}


@dataclass(frozen=True)
class Decision:
    """A person's verdict on one answer; `digest` tells whether it is still the same answer."""

    correct: bool
    score: float
    note: str = ""
    when: str = ""
    digest: str = ""


@dataclass(frozen=True)
class Reviews:
    """The decisions of one file, by submission."""

    path: Path
    decisions: Mapping[str, Decision]

    def decided(self, name: str, answer: str, decision: Decision | None) -> Reviews:
        """Return the reviews with one decision (on the answer of this digest) put in or (None) taken out, and write them to the file."""
        kept = dict(self.decisions)
        if decision is None:
            kept.pop(name, None)
        else:
            kept[name] = replace(decision, digest=answer, when=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        text = json.dumps(
            {"format_version": FORMAT, "decisions": {name: asdict(d) for name, d in sorted(kept.items())}},
            ensure_ascii=False,
            indent=1,
        )
        written(self.path, (text + "\n").encode("utf-8", "replace"))
        return Reviews(self.path, kept)

    def put_in(self, result: Result, answer: str) -> Result:
        """Return a result with what a person decided about it, `stale` where the answer's digest is another one since."""
        found = self.decisions.get(str(result["id"]))
        if found is None:
            return result
        stale = {"stale": True} if found.digest != answer else {}
        human = {"correct": found.correct, "score": found.score, "note": found.note, "when": found.when, **stale}
        return {**result, "human": human}


def beside(path: str | Path) -> Path:
    """Return where the decisions about a file or folder are kept.

    >>> beside("answers.jsonl").name, beside("week3").name
    ('answers.jsonl.review.json', 'week3.review.json')
    """
    place = Path(path)
    whole = place.resolve()  # "." has no name of its own
    return (place if place.name else whole).with_name(f"{whole.name or 'answers'}.review.json")


def load(path: Path) -> Reviews:
    """Return the decisions of a file; none if there is no file. Raises LearnerError for one that is damaged."""
    try:
        if path.exists() and not path.is_file():
            raise LearnerError(f"{path} is no regular file; name another one with --reviews")
        data = json.loads(path.read_text("utf-8"))
        if data["format_version"] > FORMAT:
            raise LearnerError(
                f"{path} was written by a newer graphtutor; update graphtutor, or name another file with --reviews"
            )
        return Reviews(path, {str(name): Decision(**d) for name, d in data["decisions"].items()})
    except FileNotFoundError:
        return Reviews(path, {})
    except OSError as error:
        raise LearnerError(f"cannot read {path}: {(error.strerror or 'it failed').lower()}") from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise LearnerError(
            f"{path} is no file of decisions; name another one with --reviews, or move it away"
        ) from None


def decision(text: str) -> Decision:
    """Return the decision that a person typed: right, wrong, or points from 0 to 1; a note may follow.

    >>> decision("right"), decision("0.5 sign only")
    (Decision(correct=True, score=1.0, note='', when='', digest=''), Decision(correct=False, score=0.5, note='sign only', when='', digest=''))
    """
    word, _, note = text.strip().partition(" ")
    note = " ".join(note.split()).lstrip(":,; ")
    if word.rstrip(":,;").lower() in WORDS:
        return Decision(*WORDS[word.rstrip(":,;").lower()], note)
    try:
        score = float(word.rstrip(":,;"))
    except ValueError:
        score = -1.0
    if not 0 <= score <= 1:
        raise LearnerError(
            f"'{word}' is no decision; expected right, wrong, or points from 0 to 1, then a note if you like"
        )
    return Decision(score == 1, score, note)


# ----- results with what a person decided -----
# which of several attempts counts: the place of it in (place, score) of all, in the order of time
ATTEMPTS: Mapping[str, Callable[[Sequence[tuple[int, float]]], int]] = {
    "last": lambda tried: tried[-1][0],
    "first": lambda tried: tried[0][0],
    "best": lambda tried: max(reversed(tried), key=lambda one: one[1])[0],
    "all": lambda tried: -1,
}


class Entry(Result):
    """A result that knows its place on the roll."""

    place = 0


@dataclass
class Marked:
    """Results with everything that is said of them; a form goes through them as often as it wants."""

    of: Class
    decisions: Reviews
    folder: str | None = None
    verbose: bool = False
    together: bool = False
    names: bool = False
    alike: bool = False
    attempts: str = "last"
    pictures: Path | None = None
    tried: dict[int, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        tried: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
        for k, one in enumerate(self.of.roll):
            name = one["data"].get("identifier") or one["data"].get("student")
            if name:
                tried[str(name), one["question"]].append((str(one["data"].get("time", "")), k))
        for places in tried.values():
            self.count(places if len(places) > 1 else [])

    def count(self, places: list[tuple[str, int]]) -> None:
        """Number the attempts of a student at a question, and say which counts."""
        order = [k for _, k in sorted(places)]
        scores = [(k, final(self.put_in(k))[1] if self.attempts == "best" else 0.0) for k in order]
        counts = ATTEMPTS[self.attempts](scores) if order else -1
        for number, k in enumerate(order, 1):
            self.tried[k] = {"attempt": number, "counts": counts in (k, -1)}

    @property
    def widest(self) -> int:
        return self.of.roll.widest

    def __len__(self) -> int:
        return len(self.of)

    def __iter__(self) -> Iterator[Entry]:
        for k, one in enumerate(self.of.roll):
            if bytes.fromhex(one["key"]) in self.of.journal:
                yield self.put_in(k, one)

    def put_in(self, k: int, one: Mapping[str, Any] | None = None) -> Entry:
        """Return the result at a place with what a person decided of it, and whether it counts."""
        one = one or self.of.roll[k]
        found = Entry({**self.decisions.put_in(self.of.result(one), one["digest"]), **self.tried.get(k, {})})
        found.place = k
        return found

    def submission(self, k: int) -> Submission:
        """Return what was handed in at a place, as it was graded."""
        one = self.of.roll[k]
        return Submission(
            one["id"], one["answer"], one["about"], one["data"], one["where"], conflicts=tuple(one["conflicts"])
        )

    def text(self, result: Result) -> str:
        return restored(result).to_text()

    def markdown(self, result: Result) -> str:
        return restored(result).to_markdown()

    def picture(self, result: Result) -> str:
        """Draw where an answer broke, and return the file as a page beside the folder of pictures links it; "" where no place is known."""
        if self.pictures is None or not isinstance(result, Entry):
            return ""
        try:
            found = graded(self.submission(result.place), self.folder)
            if not found.broken:
                return ""
            return "/".join(
                written(self.pictures / f"{result.place + 1}.svg", found.verdict().svg().encode()).parts[-2:]
            )
        except Exception:  # a picture that nothing here can draw is no reason to have no report
            return ""

"""What a result says in the end: a person's word before the machine's, in a word, in a sentence; and files of results read back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from ..errors import LearnerError
from ..text import several

Result = dict[str, Any]


class Results(Protocol):
    """The results of a class, in order, to be gone through as often as a form wants: `many.Marked`."""

    verbose: bool
    together: bool
    names: bool
    alike: bool

    @property
    def widest(self) -> int: ...

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Result]: ...
    def text(self, result: Result) -> str: ...
    def markdown(self, result: Result) -> str: ...
    def picture(self, result: Result) -> str: ...


def final(of: Mapping[str, Any]) -> tuple[bool | None, float]:
    """Return (correct, score): a person's decision where there is one for this answer, else the machine's."""
    human = of.get("human") or {}
    if human and not human.get("stale"):
        return human.get("correct"), float(human.get("score", of["score"]))
    return of["correct"], float(of["score"])


def waits(of: Mapping[str, Any]) -> bool:
    """Return whether a person should look: it is undecided, disputed, or decided for another answer."""
    human = of.get("human") or {}
    return bool(human.get("stale")) or ((of["correct"] is None or bool(of.get("disputed"))) and not human)


def ids(of: Mapping[str, Any]) -> list[str]:
    """Return the ids of a result's misconceptions."""
    return [m["id"] if isinstance(m, Mapping) else str(m) for m in of.get("misconceptions") or []]


def question(of: Mapping[str, Any]) -> str:
    return str(of.get("exercise") or of.get("expression") or "")


def student(of: Mapping[str, Any]) -> str:
    """Return who gave an answer: the student it names, else its id."""
    return str(of.get("student") or of["id"])


def counts(of: Mapping[str, Any]) -> bool:
    """Return whether it is the attempt that counts."""
    return bool(of.get("counts", True))


def word(correct: bool | None) -> str:
    return "undecided" if correct is None else "right" if correct else "not right"


def counted(of: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Return how many results there are of each kind."""
    found = {"right": 0, "not right": 0, "undecided": 0}
    for one in of:
        found[word(final(one)[0])] += 1
    return found


def remark(of: Mapping[str, Any]) -> str:
    """Return what one line says behind a score: the first wrong line and the misconception, or why it is open."""
    human = of.get("human") or {}
    if human and not human.get("stale"):
        return "decided by a person"
    first = "" if of.get("first_wrong") is None else f"{'row' if of.get('table') else 'line'} {of['first_wrong'] + 1}  "
    found = of["message"] if of["correct"] is None else first + " ".join(ids(of)[:1])
    claims = of.get("conflicts")
    own = f"({several(c.split(':')[0] for c in claims)} of its own, not used)" if claims else ""
    return f"{'' if of['correct'] else found} {own}".strip()


def summary(of: Iterable[Mapping[str, Any]]) -> str:
    """Return results in one sentence."""
    count, waiting, kinds = 0, 0, {"right": 0, "not right": 0, "undecided": 0}
    for one in of:
        count, waiting = count + 1, waiting + waits(one)
        kinds[word(final(one)[0])] += 1
    told = ", ".join(f"{n} {name}" for name, n in kinds.items() if n)
    return f"{count} graded: {told or 'nothing'}." + (
        f" {waiting} wait{'s' * (waiting == 1)} for a person: --review." if waiting else ""
    )


# ----- read back -----
def read_results(path: str | Path) -> dict[str, Result]:
    """Return id → result of a file of JSON lines, or of one JSON object with `results`."""
    try:
        text = Path(path).read_text("utf-8-sig")
    except OSError as error:
        raise LearnerError(f"cannot read {path}: {(error.strerror or 'it failed').lower()}") from None
    except UnicodeDecodeError:
        raise LearnerError(f"{path} is no UTF-8 text; expected results that graphtutor grade -o wrote") from None
    try:
        found = values(text)
    except (ValueError, RecursionError):
        raise LearnerError(f"{path} holds no results; expected what graphtutor grade -o wrote") from None
    if len(found) == 1 and isinstance(found[0], dict) and isinstance(found[0].get("results"), list):
        found = found[0]["results"]
    if not all(map(is_result, found)):
        raise LearnerError(f"{path} holds no results; expected what graphtutor grade -o wrote")
    return {str(r["id"]): r for r in found}


def values(text: str) -> list[Any]:
    """Return the JSON values of a text: one on each line, or one alone, a list's one by one."""
    try:
        found = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        found = [json.loads(text)]
    return list(found[0]) if len(found) == 1 and isinstance(found[0], list) else found


def is_result(value: Any) -> bool:
    return (
        isinstance(value, dict) and "id" in value and "correct" in value and isinstance(value.get("score"), int | float)
    )

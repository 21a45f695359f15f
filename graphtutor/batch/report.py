"""One page for the lecturer: what waits for a person, how scores lie, which exercises and lines are hard, which misconceptions there are.

Everything a submission holds is escaped; the page loads nothing. Who is who is hashed unless names are asked for, with all that
was handed in as the key: whoever has the list of the class alone cannot tell who is meant.
"""

from __future__ import annotations

import hashlib
import html
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..text import clean
from .final import Result, Results, counts, final, ids, question, student, summary, word
from .likeness import alike

BINS, EXAMPLES, LONGEST = 10, 3, 400
STYLE = """body{font:16px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;width:100%}td,pre{overflow-wrap:anywhere}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}pre{white-space:pre-wrap;margin:.2rem 0;background:#f5f5f3;padding:.4rem .6rem}
h2{margin-top:2.2rem}.bar{fill:#3b6ea5}.dim{color:#666}@media(prefers-color-scheme:dark){body{background:#16181c;color:#e8e8e6}pre{background:#22252b}th,td{border-color:#3a3d44}.dim{color:#a5a5a2}}"""


@dataclass
class Tally:
    """What is said of one exercise."""

    kinds: Counter[str] = field(default_factory=Counter)
    score: float = 0.0
    lines: Counter[str] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        return sum(self.kinds.values())

    @property
    def mean(self) -> float:
        """The mean score of what is decided; undecided is not wrong."""
        decided = self.count - self.kinds["undecided"]
        return self.score / decided if decided else 1.0

    def add(self, one: Result) -> None:
        correct, score = final(one)
        self.kinds[word(correct)] += 1
        self.score += 0.0 if correct is None else score
        if correct is False and one.get("first_wrong") is not None:
            self.lines[place(one)] += 1


@dataclass
class Whole:
    """All that the page says, gathered in one pass."""

    exercises: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    misconceptions: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[Result]] = field(default_factory=lambda: defaultdict(list))
    hints: dict[str, str] = field(default_factory=dict)
    bins: list[int] = field(default_factory=lambda: [0] * BINS)
    open: list[Result] = field(default_factory=list)
    key: Any = field(default_factory=lambda: hashlib.blake2b(digest_size=32))

    def add(self, one: Result) -> None:
        self.key.update(repr((one["id"], one.get("answer"))).encode("utf-8", "replace"))
        self.exercises[question(one)].add(one)
        correct, score = final(one)
        if correct is None:
            self.open.append(
                {key: one.get(key) for key in ("id", "student", "exercise", "expression", "message", "answer")}
            )
        else:
            self.bins[min(int(score * BINS), BINS - 1)] += 1
        for name in dict.fromkeys(ids(one)[:1]):
            self.misconceptions[name] += 1
            if len(self.examples[name]) < EXAMPLES:
                self.examples[name].append(one)
                self.hints.setdefault(name, str(one["misconceptions"][0].get("hint", "")))


def place(one: Result) -> str:
    """Return where an answer is wrong first, in words."""
    at = one["first_wrong"]
    if one.get("table"):
        return f"row {at + 1}"
    lines = one.get("lines") or []
    return f"line {at + 1}" + (f": {lines[at]['text'][:60]}" if at < len(lines) and len(lines) > 1 else "")


def who(one: Result, key: bytes | None) -> str:
    """Return a student's name, or with a key a short name made from it that is the same throughout.

    >>> who({"id": "a", "student": "Ada"}, None), who({"id": "a", "student": "Ada"}, b"all answers")
    ('Ada', 'student 189eb22d')
    """
    name = student(one)
    if key is None:
        return name
    return f"student {hashlib.blake2b(name.encode('utf-8', 'replace'), key=key, digest_size=4).hexdigest()}"


def told(text: Any) -> str:
    """Return text that is nothing but text in HTML."""
    return html.escape(clean(str(text)))


def answer(one: Result) -> str:
    """Return what was handed in, shortened, as HTML."""
    given = one.get("answer")
    if isinstance(given, dict):
        given = given.get("code") or given
    text = "\n".join(map(str, given)) if isinstance(given, list) else str(given)
    return f"<pre>{told(text[:LONGEST])}{'…' * (len(text) > LONGEST)}</pre>"


def as_report(results: Results) -> Iterator[str]:
    """Yield the page."""
    whole = Whole()
    for one in results:
        if counts(one):
            whole.add(one)
    key = None if results.names else whole.key.digest()
    yield f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">\n<title>Grades</title><style>{STYLE}</style></head><body>\n'
    yield f"<h1>Grades</h1>\n<p>{told(summary(one for one in results if counts(one)))}</p>\n"
    yield from undecided(whole, key)
    yield from distribution(whole)
    yield from hard(whole)
    yield from misunderstood(whole, results)
    if results.alike:
        yield from near(results, key)
    yield "</body></html>\n"


def undecided(whole: Whole, key: bytes | None) -> Iterator[str]:
    yield f"<h2>Undecided ({len(whole.open)})</h2>\n"
    if not whole.open:
        yield "<p>Nothing waits for a person.</p>\n"
        return
    yield "<p>None of these counts as wrong. <code>graphtutor grade … --review</code> asks about each.</p>\n"
    yield "<table><tr><th>who</th><th>exercise</th><th>why, and the answer</th></tr>\n"
    for one in whole.open:
        named = who(one, key) if key else f"{who(one, key)} ({one['id']})"
        yield f"<tr><td>{told(named)}</td><td>{told(question(one))}</td><td>{told(one['message'])}{answer(one)}</td></tr>\n"
    yield "</table>\n"


def distribution(whole: Whole) -> Iterator[str]:
    yield '<h2>Scores</h2>\n<svg viewBox="0 0 600 190" role="img" aria-label="how many answers have which score" style="max-width:40rem;width:100%">\n'
    most = max(*whole.bins, 1)
    for k, count in enumerate(whole.bins):
        high = 140 * count / most
        yield f'<rect class="bar" x="{60 * k + 4}" y="{160 - high:.1f}" width="52" height="{high:.1f}"/>'
        yield f'<text x="{60 * k + 30}" y="{155 - high:.1f}" text-anchor="middle" font-size="12" fill="currentColor">{count or ""}</text>'
        yield f'<text x="{60 * k + 30}" y="178" text-anchor="middle" font-size="12" fill="currentColor">{10 * k}–{10 * k + 10} %</text>\n'
    yield "</svg>\n"


def hard(whole: Whole) -> Iterator[str]:
    yield '<h2>Exercises, the hardest first</h2>\n<table><tr><th>exercise</th><th class="n">answers</th><th class="n">right</th><th class="n">not right</th><th class="n">undecided</th><th class="n">mean</th><th>most often wrong at</th></tr>\n'
    for name, one in sorted(whole.exercises.items(), key=lambda item: (item[1].mean, item[0])):
        counted = "".join(
            f'<td class="n">{n}</td>' for n in (one.count, *(one.kinds[w] for w in ("right", "not right", "undecided")))
        )
        most = "<br>".join(f"{told(where)} <span class=dim>× {n}</span>" for where, n in one.lines.most_common(3))
        yield f'<tr><td>{told(name[:120])}</td>{counted}<td class="n">{100 * one.mean:.0f} %</td><td>{most}</td></tr>\n'
    yield "</table>\n"


def misunderstood(whole: Whole, results: Results) -> Iterator[str]:
    yield f"<h2>Misconceptions ({sum(whole.misconceptions.values())})</h2>\n"
    for name, count in sorted(whole.misconceptions.items(), key=lambda item: (-item[1], item[0])):
        yield f"<h3>{told(name)} <span class=dim>× {count}</span></h3>\n<p>{told(whole.hints.get(name, ''))}</p>\n"
        for one in whole.examples[name]:
            link = results.picture(one)
            shown = f' <a href="{html.escape(link)}">where it broke</a>' if link else ""
            yield f"<p><span class=dim>{told(question(one)[:120])}</span>{shown}</p>{answer(one)}\n"


def near(results: Results, key: bytes | None) -> Iterator[str]:
    groups = alike(one for one in results if counts(one))
    if groups:
        yield "<h2>Nearly the same</h2>\n<p>Long answers to one question whose text is nearly the same. This is information; it shows nothing about how they came about.</p>\n<ul>\n"
        for named, group in groups:
            yield f"<li>{told(named[:120])}: {told(', '.join(who(one, key) for one in group))}</li>\n"
        yield "</ul>\n"

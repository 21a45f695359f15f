"""The same exercise with other names, numbers and small changes of structure, drawn from a seed.

Answers are computed, so a variant needs none; the accepted and wrong ones of the file change with it.
"""

from __future__ import annotations

import operator
import random
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import msgspec

from .exercises import Drill, Exercise, Kind, Number

E = TypeVar("E", bound=Exercise)
WORD = re.compile(r"\{\{(\w+)\}\}|(?<![A-Za-z_])[A-Za-z][A-Za-z0-9_]*")
QUOTIENT = re.compile(r"(d|local_)(\w+?)_(d?)(\w+)")
KEPT = frozenset(
    {
        "kind",
        "id",
        "format_version",
        "misconceptions",
        "lecture",
        "concepts",
        "variants",
        "vary",
        "tie",
        "over",
        "run",
        "runs",
        "columns",
        "count",
        "drill",
    }
)


def variant(exercise: E, seed: int | str | None = None) -> E:
    """Return the exercise as `seed` draws it; without a seed as its file shows it. A student's name is a good seed.

    >>> from .exercises import library
    >>> power = library().exercise("power-rule")
    >>> variant(power).program, variant(power, 3).program, variant(power, "ada").program == variant(power, "ada").program
    ('x**n', 't**m', True)
    """
    rng = random.Random(f"{seed}/{exercise.id}")
    row: dict[str, Number] = dict(
        (exercise.variants[0] if seed is None else rng.choice(exercise.variants)) if exercise.variants else {}
    )
    data: dict[str, Any] = msgspec.to_builtins(exercise)
    if data.get("drill"):
        data["program"], data["at"] = drilled(exercise.drill, random.Random(f"{seed or 0}/{exercise.id}"))  # type: ignore[attr-defined]
    at = data.get("at", {})
    if seed is not None:
        at.update({name: rng.choice(choices) for name, choices in exercise.vary.items()})
    shown = {str(row.get(name, name)): value for name, value in at.items()}
    row["at"] = ", ".join(f"{name} = {value}" for name, value in shown.items())
    row["program"] = replaced(data.get("program", ""), row).strip() + "\n"
    changed: E = msgspec.convert(renamed(data, row), Kind)
    return changed


def renamed(data: Any, row: Mapping[str, Number]) -> Any:
    """Return nested lists and tables with every text of them, and every key, replaced."""
    if isinstance(data, str):
        return replaced(data, row)
    if isinstance(data, list | tuple):
        return [renamed(item, row) for item in data]
    if isinstance(data, dict):
        return {replaced(key, row): item if key in KEPT else renamed(item, row) for key, item in data.items()}
    return data


def replaced(text: str, row: Mapping[str, Number]) -> str:
    """Return `text` with its names and `{{keys}}` replaced, in formulas, derivatives and prose.

    >>> replaced("dL/dw0 = 2*x*w0 + {{k}}; dL_dw0, e^{xw0}, xy", {"w0": "a", "x": "t", "y": "s", "k": 3})
    'dL/da = 2*t*a + 3; dL_da, e^{xw0}, ts'
    """
    return WORD.sub(lambda m: str(row.get(m[1], m[0])) if m[1] else word(m[0], row), text)


def word(name: str, row: Mapping[str, Number]) -> str:
    """Return one word: a name, its differential `dx`, a gradient `dL_dx`, or letters that stand for a product."""
    if name in row and isinstance(row[name], str) and name not in ("at", "program"):
        return str(row[name])
    if name[0] == "d" and name[1:] in row:
        return f"d{row[name[1:]]}"
    parts = QUOTIENT.fullmatch(name)
    if parts:
        head, top, d, bottom = parts.groups()
        return f"{head}{row.get(top, top)}_{d}{row.get(bottom, bottom)}"
    if 1 < len(name) < 4 and all(letter in row for letter in name):
        return "".join(str(row[letter]) for letter in name)
    return name


# ----- drills -----
class Move(NamedTuple):
    """One operation of a drill: how it is written, and what it gives on whole numbers."""

    text: str
    arity: int
    value: Callable[..., int]


MOVES = (Move("{0} + {1}", 2, operator.add), Move("{0} - {1}", 2, operator.sub), Move("{0}*{1}", 2, operator.mul), Move("{0}*{1}", 2, operator.mul),
         Move("max({0}, {1})", 2, max), Move("{0}**2", 1, lambda a: a * a), Move("3*{0}", 1, lambda a: 3 * a))  # fmt: skip
LARGEST = 40


def drilled(drill: Drill, rng: random.Random) -> tuple[str, dict[str, Number]]:
    """Return a random program of small whole numbers in which every node reaches the output, and its point; no tie, no kink.

    >>> drilled(Drill(operations=3, inputs=2), random.Random(1))
    ('u = a - b\\nv = u + b\\nL = max(v, u)', {'a': 1, 'b': 4})
    """
    while True:
        names = [chr(ord("a") + i) for i in range(drill.inputs)]
        values = {name: rng.choice((-3, -2, -1, 1, 2, 3, 4)) for name in names}
        point: dict[str, Number] = dict(values)
        loose, lines = list(names), []
        for k in range(drill.operations):
            last = k == drill.operations - 1
            name = "L" if last else "uvpqrst"[k % 7] + (str(k // 7) if k > 6 else "")
            move = rng.choice([m for m in MOVES if not last or m.arity == 2])
            args = [loose.pop(rng.randrange(len(loose)))]
            if move.arity == 2:
                # two loose ends are joined while there are more of them than operations left to join them
                others = loose if len(loose) >= drill.operations - k or last else [n for n in values if n != args[0]]
                if not others:
                    others = [n for n in values if n != args[0]]
                args.append(rng.choice(others))
                if args[1] in loose:
                    loose.remove(args[1])
            numbers = [values[a] for a in args]
            if len(set(numbers)) < len(numbers):
                break
            lines.append(f"{name} = {move.text.format(*args)}")
            values[name] = move.value(*numbers)
            loose.append(name)
        if (
            len(lines) == drill.operations
            and loose == ["L"]
            and max(map(abs, values.values())) <= LARGEST
            and 0 not in values.values()
        ):
            return "\n".join(lines), point

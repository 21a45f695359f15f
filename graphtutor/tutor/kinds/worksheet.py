"""A sheet of the forward and backward pass."""

from __future__ import annotations

import operator
import random
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from msgspec import Meta, Struct

from . import Exercise, Number, Point, Question, Wrong, indented, maths, said, sentence

if TYPE_CHECKING:
    from ...grading.told.grades import Grade

COLUMNS = "value", "local", "upstream"
LARGEST = 40  # of a number that a drill leads to


class Drill(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A random graph in place of a program: how many operations over how many inputs."""

    operations: int = 4
    inputs: int = 3


class Sheet(Exercise, frozen=True, kw_only=True, tag="sheet"):
    """The forward or backward pass by hand: cells such as `e.value`, `e.local.f`, `e.upstream` of the nodes at a point.

    A wrong answer names only the cells that are wrong; the others are filled in from the key.
    """

    at: Point = {}
    columns: Annotated[tuple[str, ...], Meta(min_length=1)] = COLUMNS
    digits: int = 2
    drill: Drill | None = None
    wrong: Annotated[tuple[Wrong[dict[str, str]], ...], Meta(min_length=1)]

    KEPT = frozenset({"columns", "drill"})
    MINUTES = 6
    FORM = "table"
    DRAWN = True
    TEMPLATE = """\
prompt = "{{program}}Fill in the sheet at {{at}}."
program = '''
u = w*x
e = u - y
L = e**2
'''
at = { w = 2, x = 3, y = 5 }
digits = 2
hints = [
    "The values first, from the top.",
    "Each local gradient needs only its own line.",
    "From the last line to the first: what arrives, times the local gradient.",
]
vary = { w = [2, -1, 4], x = [3, 1, 2] }

[[wrong]]
answer = { "e.local.y" = "1" }
misconceptions = ["sign.table"]
why = "y enters with a minus"
"""

    # ----- the file -----
    def faults(self) -> Iterator[str]:
        if not self.program and not self.drill:
            yield "a sheet needs a program, or a drill = { operations = 4, inputs = 3 }"
        unknown = set(self.columns) - set(COLUMNS)
        if unknown:
            yield f"columns has '{min(unknown)}'; expected {', '.join(COLUMNS)}"

    @property
    def varies(self) -> bool:
        return super().varies or self.drill is not None

    def drawn(self, rng: random.Random) -> dict[str, Any]:
        return {} if self.drill is None else dict(zip(("program", "at"), drilled(self.drill, rng), strict=True))

    # ----- asking -----
    def questions(self) -> list[Question]:
        return [Question(cell, label) for cell, label in self.cells().items()]

    def cells(self) -> dict[str, str]:
        """Return each cell with the words that ask for it."""
        top = self.output_name
        found = {}
        for cell in self.key():
            node, column, *arg = cell.split(".")
            found[cell] = {"value": node, "local": f"local d{node}/d{''.join(arg)}"}.get(column, f"d{top}/d{node}")
        return found

    def wanted(self, key: str) -> int:
        return 1

    def checked(self, answer: Any) -> Any:
        if isinstance(answer, Mapping) and isinstance(answer.get("sheet"), list | tuple):
            return answer
        return super().checked(answer)

    # ----- judging -----
    def judged(self, answer: Mapping[str, Any]) -> Grade:
        """Return the Grade of cells, or of rows as `grade` takes them, in the words of the file where the file knows this slip."""
        rows = answer["sheet"] if "sheet" in answer else as_rows(answer)
        handed = {"sheet": rows, "at": self.at, "digits": self.digits}
        found = maths.of_sheet(maths.task(self), handed, maths.Rubric(), self.tie or "zero", self.columns)
        if found.correct is not False:
            return found
        slip = self.slip({c.name: c.given for c in found.table if c.status == "wrong"})
        names = slip.misconceptions[:1] if slip is not None else ()
        told = [maths.Misconception(name, hint=sentence(slip.why)) for name in names] if slip is not None else []
        others = [m for m in found.misconceptions if m.id not in names]
        words = self.cells()
        message = maths.message(tuple(maths.renewed(c, name=words.get(c.name, c.name)) for c in found.table))
        return maths.renewed(found, message=said(message, slip.why if slip else ""), misconceptions=(*told, *others))

    def slip(self, wrong: Mapping[str, str]) -> Wrong[dict[str, str]] | None:
        """Return the slip of the file that fills every wrong cell as it was filled."""
        known = (w for w in self.wrong if wrong and all(same(w.answer.get(c), g) for c, g in wrong.items()))
        return next(known, None)

    # ----- answers -----
    def key(self) -> dict[str, Any]:
        """Return the cells and their right numbers: `e.value`, `e.local.f`, `e.upstream`, in order of the nodes.

        Only named nodes are asked for: the program of a sheet gives every operation a name.
        """
        graph = self.graph()
        walked = maths.trace(graph, self.at, self.tie or "zero")
        assert walked.numbers is not None and walked.walk is not None
        local = maths.locals_of(walked) if "local" in self.columns else {}
        cells: dict[str, Any] = {}
        for node in graph.nodes:
            if node.args and "value" in self.columns:
                cells[f"{node.name}.value"] = walked.numbers[node.id]
            cells |= {f"{source}.local.{target}": v for (source, target), v in local.items() if source == node.name}
        for node in reversed(graph.nodes) if "upstream" in self.columns else ():
            if node.id in walked.walk.gradient and node.role != "constant":
                cells[f"{node.name}.upstream"] = walked.numbers[walked.walk.gradient[node.id]]
        return cells

    def accepted(self) -> list[Any]:
        return [{cell: maths.decimal(value, self.digits) for cell, value in self.key().items()}]

    def rejected(self) -> list[tuple[Any, tuple[str, ...]]]:
        return [(self.accepted()[0] | w.answer, w.misconceptions) for w in self.wrong]

    def told(self, notation: str = "plain", width: int = 80) -> str:
        answer = self.accepted()[0]
        return indented(f"{label} = {answer[cell]}" for cell, label in self.cells().items())


def same(wrong: str | None, given: str) -> bool:
    """Return whether a cell holds the number of a slip."""
    return wrong is not None and bool(maths.all_agree(maths.typed(given), [maths.typed(wrong)[0].value]))


def as_rows(cells: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return cells as the rows of a sheet.

    >>> as_rows({"u.value": "6", "u.local.w": "3", "u.upstream": "2"})
    [{'node': 'u', 'value': '6', 'local': {'w': '3'}, 'upstream': '2'}]
    """
    found: dict[str, dict[str, Any]] = {}
    for name, value in cells.items():
        node, column, *by = name.split(".")
        row = found.setdefault(node, {"node": node})
        if by:
            row.setdefault("local", {})[by[0]] = value
        else:
            row[column] = value
    return list(found.values())


# ----- drills -----
class Move(NamedTuple):
    """One operation of a drill: how it is written, and what it gives on whole numbers."""

    text: str
    arity: int
    value: Callable[..., int]


MOVES = (Move("{0} + {1}", 2, operator.add), Move("{0} - {1}", 2, operator.sub), Move("{0}*{1}", 2, operator.mul), Move("{0}*{1}", 2, operator.mul),
         Move("max({0}, {1})", 2, max), Move("{0}**2", 1, lambda a: a * a), Move("3*{0}", 1, lambda a: 3 * a))  # fmt: skip


# branches: a walk at random with the conditions that keep it small and connected
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

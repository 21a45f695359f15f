"""Straight-line code: a graph and its adjoints as Python statements over floats, at one point.

Named by node numbers and filled from rows: no text that a user typed gets into the code. Minus
signs are carried along to where they cost nothing, a value used once is written where it is used,
and the name of a value that is done with is taken again, so that its memory is used again at once.
"""

from __future__ import annotations

import heapq
import math
import re
from collections import Counter
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, NamedTuple

from ..expr.adjoint import Backward
from ..expr.running import NUMBERS, Cell, needed, settings, to_float
from ..ops.arrays import Entry, erf
from ..ops.row import Row
from ..ops.table import ROWS

INLINE = (
    100  # characters: a value used once is written where it is used, up to this length (Python's compiler recurses)
)
NEAR = 6  # nodes: … and up to this far from there, so that what it is made of need not be kept
TURN = "-{0}"  # the code of an operation that turns the sign and does nothing else
SUM = re.compile(r"\{0\} [+-] \{1\}")  # code in which a term may open with its minus, and take the sign before it along
PIECE = 1000  # statements of a function where there are more than LONG: Python takes 4 KB a statement to compile one
LONG = 4 * PIECE
NAME = re.compile(r"\b[vm]\d+\b")  # a value, or minus a value
AFFINE = re.compile(r"-\(\((v\d+) \* (v\d+)\) \+ (v\d+)\)")  # −(w·x + b), as every sigmoid has it
SCALARS = {name: getattr(math, name) for name in dir(math) if not name.startswith("_")} | {
    "abs": abs,
    "erf": erf,
    "round": round,
}


class Term(NamedTuple):
    """A value in code: its sign, and the name, number or brackets that stand for the rest."""

    minus: bool
    body: str

    def __str__(self) -> str:
        return f"(-{self.body})" if self.minus else self.body


def make(lines: list[str], args: list[str], result: str, space: dict[str, Any]) -> Callable[..., Any]:
    """Return the function of `args` that runs `lines` and gives back `result`; `space` holds what else they name."""
    body = "\n ".join([*lines, f"return {result}"])
    scope = dict(space)
    exec(
        compile(f"def run({', '.join(args)}):\n {body}\n", "<graph>", "exec"), scope
    )  # the text holds rows' templates and node numbers only
    return scope["run"]  # type: ignore[no-any-return]


def count_uses(walk: Backward, live: list[int], outs: list[int]) -> Counter[int]:
    """Return how often the code will mention each node: an operation's code may mention an argument twice."""
    uses = Counter(outs)
    for i in live:
        op, args, params = walk.cells[i]
        for a, times in zip(args, mentions(op, params, len(args)) if args else (), strict=True):
            uses[a] += times
    return uses


@lru_cache(maxsize=10_000)
def mentions(op: str, params: tuple[Any, ...], args: int) -> tuple[int, ...]:
    """Return how often the code of an operation mentions each of its arguments."""
    code = code_of(ROWS[op], params) or ""
    return tuple([max(1, code.count(f"{{{slot}}}")) for slot in range(args)])


def code_of(row: Row, params: tuple[Any, ...]) -> str | None:
    return row.code(*params) if callable(row.code) else row.code


def with_params(row: Row, params: tuple[Any, ...]) -> Callable[..., Any]:
    """Return the row's function on floats with its settings filled in."""
    run = row.forward.numeric if isinstance(row.forward, Entry) else row.forward
    return partial(after, run, settings(params)) if params else run


def after(run: Callable[..., Any], params: tuple[Any, ...], *args: Any) -> Any:
    return run(*args, *params)


def expression(row: Row, given: list[str], params: tuple[Any, ...], i: int, space: dict[str, Any]) -> str:
    """Return the Python expression of an operation on the texts `given`; its function gets into `space` where it has no code."""
    code = code_of(row, params)
    if code is not None and len(given) <= 2 + code.count("{2}"):
        return code.format(*given)
    if code is not None and row.note is not None and row.note.join and code.startswith("{0}"):
        return code[len("{0}") : -len("{1}")].join(given)
    space[f"f{i}"] = with_params(row, params)
    return f"f{i}({', '.join(given)})"


def number(value: Any) -> Term:
    """Return a constant as it stands in code.

    >>> str(number(-0.5)), str(number("pi"))
    ('(-0.5)', '3.141592653589793')
    """
    known = NUMBERS[value][0] if isinstance(value, str) else to_float(value)
    return Term(math.copysign(1, known) < 0, repr(abs(known)))


def scalar_body(walk: Backward, outs: list[int], space: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return statements over floats `v0`, `v1`, … (inputs by their ids) and the expressions of `outs` after them."""
    return named_anew(*scalar_statements(walk, outs, space))


def scalar_statements(
    walk: Backward, outs: list[int], space: dict[str, Any]
) -> tuple[list[tuple[str, str]], list[str]]:
    """Return (name, expression) of values over floats `v0`, `v1`, … (inputs by their ids) and the expressions of `outs` after them."""
    live = needed(walk.cells, outs)
    constants = {i: number(walk.cells[i][2][0]) for i in live if walk.cells[i][0] == "const"}

    def spell(i: int, texts: list[str]) -> str:
        op, _, params = walk.cells[i]
        return expression(ROWS[op], texts, params, i, space)

    lines, texts = statements(walk, live, outs, constants, spell)
    return turned_once(lines), texts


def in_pieces(
    lines: list[tuple[str, str]], outs: list[str], given: list[str], space: dict[str, Any]
) -> Callable[[list[float]], list[float]]:
    """Return the values of `outs`, given those of the names `given`, by functions of `PIECE` statements each.

    What one of them makes and another reads stands in a list `k`.
    """
    whole = [*lines, *((f"v_{n}", text) for n, text in enumerate(outs) if not NAME.fullmatch(text))]
    results = [text if NAME.fullmatch(text) else f"v_{n}" for n, text in enumerate(outs)]
    home = {target: n // PIECE for n, (target, _) in enumerate(whole)}
    reads = (name for n, (_, text) in enumerate(whole) for name in NAME.findall(text) if home.get(name) != n // PIECE)
    number = {name: n for n, name in enumerate(dict.fromkeys([*given, *reads, *results]))}
    place = {name: f"k[{n}]" for name, n in number.items()}

    def statement(target: str, text: str) -> str:
        here = home[target]
        known = NAME.sub(lambda found: found[0] if home.get(found[0]) == here else place[found[0]], text)
        return f"{target} = {place[target]} = {known}" if target in place else f"{target} = {known}"

    pieces = [
        make([statement(*line) for line in whole[n : n + PIECE]], ["k"], "None", space)
        for n in range(0, len(whole), PIECE)
    ]
    room = [0.0] * (len(place) - len(given))
    wanted = [number[name] for name in results]

    def run(values: list[float]) -> list[float]:
        kept = values + room
        for piece in pieces:
            piece(kept)
        return [kept[n] for n in wanted]

    return run


def body(
    walk: Backward, live: list[int], outs: list[int], constants: dict[int, Term], spell: Callable[[int, list[str]], str]
) -> tuple[list[str], list[str]]:
    """Return statements for the nodes `live`, and the expressions of `outs` after them; `spell(i, texts)` gives that of node i over its arguments."""
    return named_anew(*statements(walk, live, outs, constants, spell))


def statements(walk: Backward, live: list[int], outs: list[int], constants: dict[int, Term],
               spell: Callable[[int, list[str]], str]) -> tuple[list[tuple[str, str]], list[str]]:  # fmt: skip
    """Return (name, expression) of the values to be kept, and the expressions of `outs`; see `body`."""
    lines: list[tuple[str, str]] = []
    uses, readers = count_uses(walk, live, outs), {a: k for k, i in enumerate(live) for a in walk.cells[i][1]}
    terms = dict(constants)
    for k, i in enumerate(live):
        args = walk.cells[i][1]
        if i in terms or not args:
            terms.setdefault(i, Term(False, f"v{i}"))
            continue
        minus, text = signed(walk.cells[i], i, [terms[a] for a in args], spell)
        if text.isidentifier():
            terms[i] = Term(minus, text)
        elif uses[i] == 1 and len(text) < INLINE and readers.get(i, len(live)) - k <= NEAR:
            terms[i] = Term(minus, f"({text})")
        else:
            lines.append((f"v{i}", text))
            terms[i] = Term(minus, f"v{i}")
    return lines, [str(terms[i]) for i in outs]


def turned_once(lines: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return statements in which an input that several −(w·x + b) share turns its sign once: (−w)·x − b gives the same number."""
    made = {target for target, _ in lines}
    shared = Counter(w for _, text in lines for w, _, _ in AFFINE.findall(text) if w not in made)
    often = {w: w.replace("v", "m") for w, count in shared.items() if count > 1}

    def turned(found: re.Match[str]) -> str:
        w, x, b = found.groups()
        return f"({often[w]} * {x} - {b})" if w in often else found[0]

    return [
        *((minus, f"-{w}") for w, minus in often.items()),
        *((target, AFFINE.sub(turned, text)) for target, text in lines),
    ]


def signed(cell: Cell, i: int, given: list[Term], spell: Callable[[int, list[str]], str]) -> tuple[bool, str]:
    """Return an operation as a sign and an expression: a minus leaves the slots in which the operation is linear."""
    row = ROWS[cell[0]]
    if row.code == TURN:
        return not given[0].minus, given[0].body
    if not any([term.minus for term in given]):
        return False, spell(i, [term.body for term in given])
    if isinstance(row.code, str) and SUM.fullmatch(row.code):
        return False, spell(i, ["-" * term.minus + term.body for term in given]).replace(" + -", " - ").replace(
            " - -", " + "
        )
    turned = [term.minus and slot in row.linear for slot, term in enumerate(given)]
    return sum(turned) % 2 == 1, spell(
        i, [term.body if turn else str(term) for term, turn in zip(given, turned, strict=True)]
    )


def named_anew(lines: list[tuple[str, str]], outs: list[str]) -> tuple[list[str], list[str]]:
    """Return statements in which a name is taken again once its value is done with, and `outs` in these names."""
    made = {target for target, _ in lines}
    last = {name: k for k, (_, text) in enumerate(lines) for name in NAME.findall(text)}
    last |= dict.fromkeys(NAME.findall(" ".join(outs)), len(lines))
    places: dict[str, int] = {}
    free: list[int] = []
    count = 0

    def anew(text: str) -> str:
        return NAME.sub(lambda found: f"r{places[found[0]]}" if found[0] in places else found[0], text)

    renamed = []
    for k, (target, text) in enumerate(lines):
        told = anew(text)
        for name in dict.fromkeys(NAME.findall(text)):
            if name in made and last[name] == k:
                heapq.heappush(free, places[name])
        if not free:
            heapq.heappush(free, count)
            count += 1
        places[target] = heapq.heappop(free)  # the lowest: Python is quickest with the first 256 names
        renamed.append(f"r{places[target]} = {told}")
    return renamed, [anew(text) for text in outs]

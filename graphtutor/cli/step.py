"""`step`: walk through a graph one step at a time, by keys in a terminal, as text elsewhere."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click

from ..text import clean
from .shared import (
    Expression,
    exercise_id,
    graph_of,
    graph_options,
    json_option,
    look_options,
    point_of,
    say,
    show_json,
    styled,
)

# what terminals send, on Windows after \xe0
KEYS = {
    "next": ("\x1b[C", "\x1bOC", "\xe0M", " ", "\r", "\n", "n", "l"),
    "previous": ("\x1b[D", "\x1bOD", "\xe0K", "\x7f", "p", "h"),
    "first": ("\x1b[H", "\x1bOH", "\x1b[1~", "\xe0G", "g"),
    "last": ("\x1b[F", "\x1bOF", "\x1b[4~", "\xe0O", "G"),
    "quit": ("q", "Q", "\x1b", "\x04"),
}
ACT = {key: act for act, keys in KEYS.items() for key in keys}
KEY = re.compile(r"\x1b[\[O][\d;]*[A-Za-z~]|\x1b[\[O]?[\d;]*$|\xe0.|[^\x1b]", re.S)
CUT = re.compile(r"\x1b([\[O][\d;]*)?")
MARKED = ("▶", "◀")


@click.command(cls=Expression)
@partial(graph_options, metavar="EXPR|EXERCISE")
@click.option(
    "-o",
    "--output",
    default="outputs/step",
    metavar="FOLDER",
    help="Where the pictures of the steps go.",
    show_default=True,
)
@click.option(
    "--pictures/--no-pictures",
    default=None,
    help="Draw every step too; in a terminal they are drawn unless you say no.",
)
@look_options
@json_option
def step(expr: str, at: tuple[str, ...], tie: str, shapes: tuple[str, ...], constants: tuple[str, ...], output: str, pictures: bool | None,
         collapse: tuple[str, ...], as_json: bool, **look: Any) -> None:  # fmt: skip
    """Walk through EXPR one step at a time.

    Values forward, the seed, then the gradients backward, one edge a step.

    In a terminal: → or n next, ← or p back, Home and End, q leaves. Otherwise every step is printed.

    Of an EXERCISE, in a terminal, you guess each number before it is shown: predict, then see.

    \b
    graphtutor step "(w*x + b - y)**2" --at w=2,x=3,b=1,y=5
    graphtutor step forward-by-hand
    """
    point = point_of(at)
    name = exercise_id(expr)
    walk_by_keys = not as_json and sys.stdin.isatty() and sys.stdout.isatty()
    if name and walk_by_keys:
        from .lesson import predict

        predict(name, point)
        return
    walked = (
        trace_of_exercise(name, point, collapse)
        if name
        else graph_of(expr, point, shapes, constants).collapsed(*collapse).trace(at=point, tie=tie)
    )
    files: list[Path] = []
    if pictures or (pictures is None and walk_by_keys):
        files = walked.draw(output, **look)
    if as_json:
        show_json(
            {
                "ok": True,
                "output": walked.graph.output.name,
                "steps": [as_data(walked.graph, s) for s in walked.steps],
                "files": [str(f) for f in files],
            }
        )
    elif walk_by_keys:
        by_keys(walked, files, look["digits"])
    else:
        print_steps(walked, files)


def trace_of_exercise(name: str, point: dict[str, Any] | None, collapse: tuple[str, ...]) -> Any:
    """Return the walk over the graph of an exercise, as the learner has it, at its own point or the one given."""
    from ..front.api import dressed
    from ..tutor.predict import graph_to_walk, place
    from .lesson import given

    exercise = given(name)[1]
    graph = graph_to_walk(exercise)
    return dressed(graph).collapsed(*collapse).trace(at=place(exercise, graph, point), tie=exercise.tie or "zero")


# ----- as data and as text -----
def as_data(graph: Any, step: Any) -> dict[str, Any]:
    """Return a step as JSON holds it, nodes by their names."""
    edge = step.edge and {
        "source": graph.name(step.edge.source),
        "target": graph.name(step.edge.target),
        "slot": step.edge.slot,
    }
    parts = {part: quantity(getattr(step, part)) for part in ("value", "local", "upstream", "contribution", "total")}
    return {
        "index": step.index,
        "phase": step.phase,
        "node": step.node.name,
        "edge": edge,
        **parts,
        "missing": step.missing,
        "sentence": step.sentence,
    }


def quantity(given: Any) -> dict[str, Any] | None:
    return given and {
        "symbol": given.text("plain"),
        "value": given.value,
        "exact": None if given.exact is None else str(given.exact),
    }


def print_steps(walked: Any, files: list[Path]) -> None:
    """Print every step on a line of its own, the phases apart."""
    phase = ""
    for step in walked.steps:
        if step.phase != phase:
            phase = step.phase
            if phase != "seed":
                say(f"{phase}:")
        say(f"{step.index:4d}  {step.sentence}")
    if files:
        say(f"pictures: {files[0]} … {files[-1]}")


# ----- by keys -----
def by_keys(walked: Any, files: list[Path], digits: int) -> None:
    """Show one step at a time and move by keys until the last wish is to leave."""
    from ..picture.steps.frames import film
    from ..picture.steps.terminal import text

    frames = film(walked, digits)
    keys = pressed()
    here = 0
    while True:
        columns, lines = shutil.get_terminal_size()
        shown = fitted(text(frames[here], columns).split("\n"), lines - 4)
        if files:
            shown.append(f"picture: {files[here]}")
        click.clear()
        for line in shown:
            click.echo(styled(line, bold=True) if line.startswith(MARKED) else clean(line))
        click.echo(styled("→ next  ← back  Home/End first/last  q leave", dim=True))
        act = ACT.get(next(keys), "")
        if act == "quit":
            return
        here = {
            "next": min(here + 1, len(frames) - 1),
            "previous": max(here - 1, 0),
            "first": 0,
            "last": len(frames) - 1,
        }.get(act, here)


def pressed() -> Iterator[str]:
    """Yield keys one by one: a held arrow comes as many in one read, the last of them cut in two."""
    rest = ""
    while True:
        got = rest + click.getchar()
        found = KEY.findall(got)
        rest = found.pop() if got != "\x1b" and found and CUT.fullmatch(found[-1]) else ""
        yield from found


def fitted(lines: list[str], room: int) -> list[str]:
    """Return lines that fit a terminal: of a tall table the heading, the part around the first marked line, and what follows it.

    >>> fitted(["title", "head", *"abcdefg", "▶ h", "i", "", "said"], 9)
    ['title', 'head', 'f', 'g', '▶ h', 'i', '… 5 more lines; the picture shows all', '', 'said']
    """
    if len(lines) <= room or "" not in lines:
        return lines
    end = lines.index("")
    head, table, tail = lines[:2], lines[2:end], lines[end:]
    seen = max(3, room - len(head) - len(tail) - 1)
    active = next((k for k, line in enumerate(table) if line.startswith(MARKED)), 0)
    start = max(0, min(active - seen // 2, len(table) - seen))
    part = table[start : start + seen]
    return [*head, *part, f"… {len(table) - len(part)} more lines; the picture shows all", *tail]

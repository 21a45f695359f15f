"""`step`: walk through a graph one step at a time, by keys in a terminal, as text elsewhere."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import click

from .shared import Expression, clean, graph_of, graph_options, json_option, look_options, point_of, say, show_json, styled

KEYS = {
    "next": ("\x1b[C", "\x1bOC", " ", "\r", "\n", "n", "l"),
    "previous": ("\x1b[D", "\x1bOD", "\x7f", "p", "h"),
    "first": ("\x1b[H", "\x1bOH", "\x1b[1~", "g"),
    "last": ("\x1b[F", "\x1bOF", "\x1b[4~", "G"),
    "quit": ("q", "Q", "\x1b", "\x04"),
}
ACT = {key: act for act, keys in KEYS.items() for key in keys}


@click.command(cls=Expression)
@graph_options
@click.option("-o", "--output", default="outputs/step", metavar="FOLDER", help="Where the pictures of the steps go.", show_default=True)
@click.option("--pictures/--no-pictures", default=None, help="Draw every step too; in a terminal they are drawn unless you say no.")
@look_options
@json_option
def step(expr: str, at: tuple[str, ...], tie: str, shapes: tuple[str, ...], constants: tuple[str, ...], output: str, pictures: bool | None,
         collapse: tuple[str, ...], as_json: bool, **look: Any) -> None:  # fmt: skip
    """Walk through EXPR one step at a time.

    Values forward, the seed, then the gradients backward, one edge a step.

    In a terminal: → or n next, ← or p back, Home and End, q leaves. Otherwise every step is printed.

    \b
    graphtutor step "(w*x + b - y)**2" --at w=2,x=3,b=1,y=5
    """
    point = point_of(at)
    graph = graph_of(expr, point, shapes, constants).collapsed(*collapse)
    walked = graph.trace(at=point, tie=tie)
    walk_by_keys = not as_json and sys.stdin.isatty() and sys.stdout.isatty()
    files: list[Path] = []
    if pictures or (pictures is None and walk_by_keys):
        files = walked.draw(output, **look)
    if as_json:
        show_json({"ok": True, "output": graph.output.name, "steps": [as_data(walked.graph, s) for s in walked.steps], "files": [str(f) for f in files]})
    elif walk_by_keys:
        by_keys(walked, files, look["digits"])
    else:
        print_steps(walked, files)


# ----- as data and as text -----
def as_data(graph: Any, step: Any) -> dict[str, Any]:
    """Return a step as JSON holds it, nodes by their names."""
    edge = step.edge and {"source": graph.name(step.edge.source), "target": graph.name(step.edge.target), "slot": step.edge.slot}
    parts = {part: quantity(getattr(step, part)) for part in ("value", "local", "upstream", "contribution", "total")}
    return {"index": step.index, "phase": step.phase, "node": step.node.name, "edge": edge, **parts, "missing": step.missing, "sentence": step.sentence}


def quantity(given: Any) -> dict[str, Any] | None:
    return given and {"symbol": given.text("plain"), "value": given.value, "exact": None if given.exact is None else str(given.exact)}


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
    from ..picture.frames import film

    frames = film(walked, digits)
    if not frames:
        raise click.ClickException("this graph has no step: it is a single name or number")
    here = 0
    while True:
        click.clear()
        click.echo(panel(frames[here], files[here] if files else None))  # cleaned and styled in there
        act = ACT.get(click.getchar(), "")
        if act == "quit":
            return
        here = {"next": min(here + 1, len(frames) - 1), "previous": max(here - 1, 0), "first": 0, "last": len(frames) - 1}.get(act, here)


def panel(frame: Any, file: Path | None) -> str:
    """Return a frame as aligned text: the nodes, the active ones marked, the sentence, and where the picture lies.

    Of a graph taller than the terminal the part around the first active node is shown.
    """
    head = ("", "node", "value", "gradient")
    rows = [row_of(box) for box in frame.boxes if box.role != "constant"]
    room = max(5, shutil.get_terminal_size().lines - 9)
    active = next((k for k, row in enumerate(rows) if row[0]), 0)
    start = max(0, min(active - room // 2, len(rows) - room))
    wide = [max(len(row[k]) for row in (head, *rows)) for k in range(len(head))]
    lines = []
    for row in (head, *rows[start : start + room]):
        text = "  ".join(cell.ljust(w) for cell, w in zip(row, wide, strict=True)).rstrip()
        lines.append(styled(text, dim=True) if row is head else styled(text, bold=True) if row[0] else text)
    if len(rows) > room:
        lines.append(styled(f"{len(rows) - room} more nodes; the picture shows all", dim=True))
    lines += ["", styled(f"step {frame.index} of {frame.total - 1} ({frame.phase})", bold=True), clean(frame.caption)]
    if file is not None:
        lines.append(f"picture: {clean(str(file))}")
    return "\n".join([*lines, "", styled("→ next  ← back  Home/End first/last  q leave", dim=True)])


def row_of(box: Any) -> tuple[str, str, str, str]:
    """Return a node's line: its mark, formula, value and gradient, entries of a matrix on one line."""
    gradient = "" if box.gradient is None else f"{box.gradient_name} = {box.gradient}"
    node, value, slope = (clean(text.replace("\n", "; ")) for text in (box.formula or box.name, box.value, gradient))
    return "▶" if box.state == "active" else "", node, value, slope

"""`draw` and `demo`: the graph, one step or the whole backward pass, as a picture; and the lecture's example, drawn and checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import click

from .check import show
from .shared import (
    Expression,
    graph_of,
    graph_options,
    json_option,
    look_options,
    point_of,
    say,
    show_json,
    split_outside,
)

NEXT = """
Next, each with .venv/bin/ before it unless the environment is activated (. .venv/bin/activate):
  graphtutor                                the lesson: derivatives by hand, then backpropagation
  graphtutor step "(w*x - y)**2" --at w=2,x=3,y=5     walk a graph of your own
  graphtutor --help                         what else there is"""


@click.command(cls=Expression)
@graph_options
@click.option("--backward", is_flag=True, help="Draw the finished backward pass, every gradient in its place.")
@click.option("--step", type=int, metavar="N", help="Draw step N; -1 is the last.")
@click.option(
    "--all", "whole", is_flag=True, help="Every step in one file: an animated .svg, pages of .pdf, overlays of .tex."
)
@click.option(
    "-o",
    "--output",
    default="outputs/graph.svg",
    metavar="FILE",
    help="FILE.svg, .png, .pdf, .tex, .dot, .mmd; every step: .gif, .html or a folder.",
    show_default=True,
)
@look_options
@click.option("--parameters", metavar="NAME,…", help="The inputs that are parameters (usually w, b, W, θ …).")
@click.option("--letters", type=float, help="Points that an edge's label has at least, before lines are closed (7).")
@click.option("--title/--no-title", default=True, help="The title above the graph.")
@click.option("--caption/--no-caption", default=True, help="The step as mathematics above the graph.")
@click.option("--legend/--no-legend", default=None, help="What the shapes mean, below the graph; usual on a canvas.")
@json_option
# branches: which picture is meant follows from four options together
def draw(expr: str, at: tuple[str, ...], tie: str, shapes: tuple[str, ...], constants: tuple[str, ...], backward: bool, step: int | None,
         output: str, collapse: tuple[str, ...], as_json: bool, parameters: str | None, letters: float | None, whole: bool, **look: Any) -> None:  # fmt: skip
    """Draw the computation graph of EXPR.

    EXPR is an expression or a program (lines, or parts between semicolons; the last one is the
    output), @FILE, or - for standard input. With --at the values stand in the nodes.

    \b
    graphtutor draw "f = w*x + b; L = (f - y)**2" --at w=2,x=3,b=1,y=5 --backward -o mse.svg
    graphtutor draw "log(1 + exp(-m))" -o softplus.png
    """
    if backward and step is not None:
        raise click.UsageError(
            "--backward draws the last step and --step N another; give one of them", click.get_current_context()
        )
    point = point_of(at)
    graph = graph_of(expr, point, shapes, constants).collapsed(*collapse)
    walked = graph.trace(at=point, tie=tie)
    look |= {"letters": letters} if letters is not None else {}
    look |= {"parameters": split_outside(parameters)} if parameters is not None else {}
    if backward:
        walked.need_walk()
    subject = graph if point is None and step is None and not backward and not whole else walked
    wanted: int | str | None = "all" if whole else step
    if wanted is None and not backward and point is not None and Path(output).suffix not in ("", ".gif", ".html"):
        wanted = "values"
    files = [
        str(path)
        for path in (graph.draw(output, **look) if subject is graph else walked.draw(output, step=wanted, **look))
    ]
    if as_json:
        show_json({"ok": True, "files": files, "nodes": len(graph), "steps": len(walked.steps)})
    else:
        say(f"wrote {files[0]}" + (f" … {files[-1]} ({len(files)} steps)" if len(files) > 1 else ""))


LECTURE = {"w0": "0.5", "w1": "-0.3", "x0": "2", "x1": "0", "b": "0.1", "y": "-1"}
SQUARED_ERROR = "f = w0*x0 + w1*x1 + b\nL = (f - y)**2"


class Piece(NamedTuple):
    """A picture of the gallery: its file, the program, the point, the step (None: all), and how it looks."""

    file: str
    program: str
    at: dict[str, Any] | None = None
    step: int | None = None
    look: tuple[tuple[str, Any], ...] = ()


GALLERY = (
    Piece("squared_error.svg", SQUARED_ERROR),
    Piece("squared_error_forward.svg", SQUARED_ERROR, LECTURE, 5),
    Piece("squared_error_backward.png", SQUARED_ERROR, LECTURE, -3),
    Piece("squared_error_backward.svg", SQUARED_ERROR, LECTURE, -3),
    Piece("squared_error_backward_dark.svg", SQUARED_ERROR, LECTURE, -3, (("theme", "dark"),)),
    Piece("squared_error_gradients.svg", SQUARED_ERROR, LECTURE, None),
    Piece("squared_error_gradients.dot", SQUARED_ERROR, LECTURE, None),
    Piece("hinge_kink.svg", "m = y*(w*x + b)\nL = max(0, 1 - m)", {"w": "1", "x": "2", "b": "-1", "y": "1"}, -1),
    Piece("sigmoid_cross_entropy.svg", "z = w*x + b\np = 1/(1 + exp(-z))\nL = -(y*log(p) + (1 - y)*log(1 - p))", {"w": "2", "x": "1.5", "b": "-1", "y": "1"}, -1,
          (("direction", "TB"),)),
    Piece("complicated.svg", "u = x*w\nf = (exp(u)/u)**3", {"x": "2", "w": "1"}, -1),
)  # fmt: skip
DERIVATIONS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("derivation_squared_error.svg", "f = w0*x0 + w1*x1 + b; (f - y)**2", "w0", {"style": "lecture"}),
    ("derivation_complicated.png", "(exp(x*w)/(x*w))**3", "w", {"style": "lecture"}),
    ("derivation_along_graph.svg", SQUARED_ERROR, "w0", {"along": "graph"}),
)  # fmt: skip


@click.command()
@click.option("-o", "--output", default="outputs", metavar="FOLDER", help="Where the files go.", show_default=True)
@click.option("--gallery", is_flag=True, help="Draw the gallery of the README into FOLDER/gallery instead.")
@json_option
def demo(output: str, gallery: bool, as_json: bool) -> None:
    """Run the lecture's squared error, drawn and checked."""
    folder = Path(output)
    if gallery:
        files = draw_gallery(folder / "gallery")
        found = None
    else:
        files, found = run(folder, as_json)
    if as_json:
        show_json({"ok": found is None or found.ok, "files": [str(f) for f in files]})
    else:
        say(f"wrote {files[0]} … {files[-1]} ({len(files)} files)")
        say(NEXT)


def run(folder: Path, quiet: bool) -> tuple[list[Path], Any]:
    """Draw every step of the squared error and check it; return the files and the check."""
    from ..front.analysis import check
    from ..front.api import graph as make

    graph = make(SQUARED_ERROR)
    walked = graph.trace(at=LECTURE)
    found = check(graph)
    if not quiet:
        say(SQUARED_ERROR + " at " + ", ".join(f"{name} = {value}" for name, value in LECTURE.items()))
        say(f"L = {walked.value:g} after {len(graph)} nodes and {len(walked.steps)} steps")
        show(found, graph.output.name, walked.gradients)
    return [*walked.draw(str(folder / "demo")), *walked.draw(str(folder / "demo.png"))], found


def draw_gallery(folder: Path) -> list[Path]:
    """Draw every picture of the gallery, byte for byte the same each time."""
    from ..front.analysis import derive
    from ..front.api import graph as make

    files: list[Path] = []
    for piece in GALLERY:
        graph = make(piece.program)
        if piece.at is None:
            files += graph.draw(str(folder / piece.file), **dict(piece.look))
        else:
            files += graph.trace(at=piece.at).draw(str(folder / piece.file), step=piece.step, **dict(piece.look))
    for file, source, wrt, asked in DERIVATIONS:
        files += derive(source, wrt, **asked).draw(folder / file)
    return files

"""`draw`: the graph, one step or the whole backward pass, as a picture."""

from __future__ import annotations

from typing import Any

import click

from .shared import Expression, graph_of, graph_options, json_option, look_options, point_of, say, show_json


@click.command(cls=Expression)
@graph_options
@click.option("--backward", is_flag=True, help="Draw the finished backward pass, every gradient in its place.")
@click.option("--step", type=int, metavar="N", help="Draw step N; -1 is the last.")
@click.option(
    "-o",
    "--output",
    default="outputs/graph.svg",
    metavar="FILE",
    help="FILE.svg, .png, .pdf, .dot; every step: .gif, .html or a folder.",
    show_default=True,
)
@look_options
@json_option
def draw(expr: str, at: tuple[str, ...], tie: str, shapes: tuple[str, ...], constants: tuple[str, ...], backward: bool, step: int | None,
         output: str, collapse: tuple[str, ...], as_json: bool, **look: Any) -> None:  # fmt: skip
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
    if backward:
        walked.need_walk()
    subject = graph if point is None and step is None and not backward else walked
    if step is None and not backward and point is not None and "." in output.rsplit("/", 1)[-1]:
        step = sum(s.phase == "forward" for s in walked.steps) - 1
    files = [
        str(path)
        for path in (graph.draw(output, **look) if subject is graph else walked.draw(output, step=step, **look))
    ]
    if as_json:
        show_json({"ok": True, "files": files, "nodes": len(graph), "steps": len(walked.steps)})
    else:
        say(f"wrote {files[0]}" + (f" … {files[-1]} ({len(files)} steps)" if len(files) > 1 else ""))

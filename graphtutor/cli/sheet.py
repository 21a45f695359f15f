"""`sheet`: a backprop sheet to hand out, or its key."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import click

from .shared import (
    Expression,
    constants_of,
    exercise_id,
    graph_of,
    graph_options,
    json_option,
    point_of,
    say,
    shapes_of,
    show_json,
)

FORMATS = ("text", "csv", "json")


@click.command(cls=Expression)
@partial(graph_options, metavar="EXPR|EXERCISE")
@click.option("--key", is_flag=True, help="Fill in every cell.")
@click.option("--digits", type=click.IntRange(0, 12), default=2, help="Decimals that are asked for.", show_default=True)
@click.option(
    "--collapse", multiple=True, metavar="NAME", help="One row for a named line, or for an operation such as softmax."
)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", help="What is printed.", show_default=True
)
@click.option("-o", "--output", metavar="FILE", help="Write to FILE.")
@json_option
def sheet(expr: str, at: tuple[str, ...], tie: str, shapes: tuple[str, ...], constants: tuple[str, ...], key: bool, digits: int, collapse: tuple[str, ...],
          form: str, output: str | None, as_json: bool) -> None:  # fmt: skip
    """Print the backprop sheet of EXPR, or of an exercise: its nodes with blanks for value, local gradients and what arrives.

    With --at in numbers, without it in formulas. A sheet that is filled in says its own problem:
    graphtutor grade FILE.

    \b
    graphtutor sheet "u = w*x; L = (u - y)**2" --at w=2,x=3,y=5 -o sheet.txt
    graphtutor sheet "u = w*x; L = (u - y)**2" --at w=2,x=3,y=5 --key
    """
    from ..grading.sheet.paper import Paper
    from ..grading.sheet.sheet import sheet as made
    from ..text import written

    point, name = point_of(at), exercise_id(expr)
    if name:
        graph, expr, point, sizes, fixed, tie = of_exercise(name, point)
    else:
        graph, sizes, fixed = (
            graph_of(expr, point, shapes, constants),
            shapes_of(shapes, point),
            constants_of(constants),
        )
    paper = Paper(made(graph.collapsed(*collapse), point, digits, tie), expr, key, sizes, fixed)
    if as_json or form == "json":
        text = json.dumps(paper.json(), ensure_ascii=False, indent=1)
    else:
        text = paper.csv() if form == "csv" else paper.text()
    if output:
        written(Path(output), (text + "\n").encode())
        say(f"wrote {output}")
    elif as_json:
        show_json({"ok": True, **paper.json()})
    else:
        say(text)


def of_exercise(name: str, point: dict[str, Any] | None) -> tuple[Any, str, dict[str, Any], Any, Any, str]:
    """Return graph, program, point, shapes, constants and tie of an exercise, as the learner has it."""
    from ..front.api import dressed
    from ..tutor.predict import graph_to_walk, place
    from .lesson import given

    exercise = given(name)[1]
    graph = graph_to_walk(exercise)
    return (
        dressed(graph),
        exercise.program,
        place(exercise, graph, point),
        exercise.shapes,
        exercise.constants,
        exercise.tie or "zero",
    )

"""`derive`: the analytic derivation of a gradient, line by line, each with its rule."""

from __future__ import annotations

from typing import Any

import click

from .shared import Expression, json_option, say, shapes_of, show_json, text_of

FORMATS = {"text": "unicode", "latex": "latex"}


@click.command(cls=Expression)
@click.argument("expr", metavar="EXPR", callback=text_of)
@click.option("--wrt", required=True, metavar="NAME", help="The name to differentiate by.")
@click.option("--style", type=click.Choice(["lecture"]), help="As on the lecture's slides.")
@click.option("--detail", type=click.Choice(["full", "brief"]), default="full", help="One rule a line, or what can be seen at once in one.", show_default=True)
@click.option("--along", type=click.Choice(["rules", "graph"]), default="rules", help="By the rules, or edge by edge along the graph.", show_default=True)
@click.option("--shapes", multiple=True, metavar="NAME=SHAPE,…", help="Vectors and matrices, such as W=3x2,x=2.")
@click.option("--format", "form", type=click.Choice([*FORMATS]), default="text", help="What is printed.", show_default=True)
@json_option
def derive(expr: str, wrt: str, style: str | None, detail: str, along: str, shapes: tuple[str, ...], form: str, as_json: bool) -> None:
    """Derive d EXPR / d NAME line by line, each line with its rule.

    In a program, f = … stays f until its own derivative is taken.

    \b
    graphtutor derive "(exp(x*w)/(x*w))**3" --wrt w --style lecture
    graphtutor derive "f = w0*x0 + w1*x1 + b; (f - y)**2" --wrt w0 --along graph
    """
    from ..derivation import derive as derived
    from ..language.write import write

    found = derived(expr, wrt, style=style, detail=detail, along=along, shapes=shapes_of(shapes, None))
    if as_json:
        show_json({"ok": True, "wrt": found.wrt, "lines": [data(line) for line in found.lines], "definitions": {name: write(tree) for name, tree in found.meanings.items()}})
    else:
        say(found.written(FORMATS[form]))


def data(line: Any) -> dict[str, Any]:
    """Return a line in JSON's types; `changed` holds the parts of its Unicode text that its rule put in."""
    rule = {"id": line.rule.id, "name": line.rule.name, "formula": line.rule.formula}
    forms = {form: getattr(line, form) for form in ("text", "unicode", "latex", "mathml")}
    return {"rule": rule, **forms, "changed": [p.text for p in line.pieces() if p.marked]}


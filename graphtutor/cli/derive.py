"""`derive`: the analytic derivation of a gradient, line by line, each with its rule."""

from __future__ import annotations

from typing import Any

import click

from ..text import clean
from .shared import (
    CONSTANTS,
    PALETTE,
    SHAPES,
    Expression,
    ascii_only,
    colourful,
    complain,
    constants_of,
    json_option,
    say,
    shapes_of,
    show_json,
    styled,
    text_of,
)

FORMATS = {"text": "unicode", "latex": "latex"}


@click.command(cls=Expression)
@click.argument("expr", metavar="EXPR", callback=text_of)
@click.option("--wrt", required=True, metavar="NAME", help="The name to differentiate by.")
@click.option("--style", type=click.Choice(["lecture"]), help="As on the lecture's slides.")
@click.option(
    "--detail",
    type=click.Choice(["full", "brief"]),
    default="full",
    help="One rule a line, or what can be seen at once in one.",
    show_default=True,
)
@click.option(
    "--along",
    type=click.Choice(["rules", "graph", "both"]),
    default="rules",
    help="By the rules, edge by edge along the graph, or one and then the other.",
    show_default=True,
)
@click.option("--order", type=int, default=1, metavar="N", help="2 for the second derivative, and so on.")
@click.option("--of", metavar="NAME", help="In an equation: the name that depends on the other.")
@CONSTANTS
@SHAPES
@click.option(
    "--format",
    "form",
    type=click.Choice([*FORMATS, "html"]),
    default="text",
    help="What is printed.",
    show_default=True,
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="A picture instead: FILE.svg, .png, .pdf; line after line: .gif, .html or a folder.",
)
@click.option("--theme", type=click.Choice(["light", "dark"]), default="light", help="For a light or a dark page.")
@PALETTE
@json_option
# branches: one branch a form that is printed or written
def derive(expr: str, wrt: str, style: Any, detail: Any, along: str, order: int, of: str | None, shapes: tuple[str, ...], constants: tuple[str, ...], form: str, output: str | None,
           as_json: bool, **look: Any) -> None:  # fmt: skip
    """Derive d EXPR / d NAME line by line, each line with its rule.

    In a program, f = … stays f until its own derivative is taken. In a picture, what a rule has put
    in is framed, and what the next one changes underlined.

    \b
    graphtutor derive "(exp(x*w)/(x*w))**3" --wrt w --style lecture -o quotient.png
    graphtutor derive "f = w0*x0 + w1*x1 + b; (f - y)**2" --wrt w0 --along graph
    graphtutor derive "x**2 + y**2 = 1" --wrt x
    """
    from ..equal import same
    from ..front.analysis import derive as derived

    if along == "both" and form == "html" and not output:
        raise click.UsageError(
            "--along both is printed as text, LaTeX or JSON; write the page with -o FILE.html",
            click.get_current_context(),
        )
    ways: Any = ("rules", "graph") if along == "both" else (along,)
    found = [
        derived(
            expr,
            wrt,
            style=style,
            detail=detail,
            along=way,
            order=order,
            of=of,
            shapes=shapes_of(shapes, None),
            constants=constants_of(constants),
        )
        for way in ways
    ]
    if found[0].along == "rules" and found[0].wrt not in found[0].names:
        complain(
            f"'{found[0].wrt}' does not occur in it, so the derivative is 0; the names in it are {', '.join(found[0].names) or 'none'}"
        )
    files = [str(path) for path in found[0].draw(output, both=along == "both", **look)] if output else []
    if as_json:
        first, *others = map(whole, found)
        show_json(
            {
                "ok": True,
                **first,
                "files": files,
                **({"along_graph": others[0], "verdict": same(*(d.result for d in found)).to_json()} if others else {}),
            }
        )
    elif files:
        say(f"wrote {files[0]}" + (f" … {files[-1]} ({len(files)} lines)" if len(files) > 1 else ""))
    else:
        click.echo(
            "\n\n".join(
                found[0].page(**look)
                if form == "html"
                else shown(d, "plain" if form == "text" and ascii_only() else FORMATS[form])
                for d in found
            )
        )
        if along == "both":
            say(f"\nBoth ways: {same(*(d.result for d in found)).evidence}")


def shown(found: Any, form: str) -> str:
    """Return a derivation as text; in a terminal with colours, what each rule put in is underlined and the rules are dim."""
    rows = found.written(form).split("\n")
    if not colourful() or form != "unicode":
        return clean("\n".join(rows))
    for k, line in enumerate(found.lines, len(rows) - len(found.lines)):
        lead, rest = rows[k][:2], rows[k][2 + len(line.unicode) :]
        text = (
            line.unicode
            if line.left
            else "".join(
                styled(p.text, underline=True, fg="cyan") if p.marked else styled(p.text) for p in line.pieces()
            )
        )
        rows[k] = lead + text + styled(rest, dim=True)
    return "\n".join(rows)


def whole(found: Any) -> dict[str, Any]:
    """Return a derivation in JSON's types."""
    return {"wrt": found.wrt, "lines": [data(line) for line in found.lines], "definitions": found.given("plain")}


def data(line: Any) -> dict[str, Any]:
    """Return a line in JSON's types; `changed` holds the parts of its Unicode text that its rule put in."""
    rule = {"id": line.rule.id, "name": line.rule.name, "formula": line.rule.formula}
    forms = {form: getattr(line, form) for form in ("text", "unicode", "latex", "mathml")}
    return {"rule": rule, **forms, "changed": [p.text for p in line.pieces() if p.marked]}

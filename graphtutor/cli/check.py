"""`check` and `same`: a verdict with what shows it, on every gradient of a graph, or on two expressions."""

from __future__ import annotations

from typing import Any

import click

from .shared import (
    ASSUME,
    SHAPES,
    Answer,
    Expression,
    graph_of,
    graph_options,
    json_option,
    point_of,
    say,
    shapes_of,
    show_json,
    styled,
    text_of,
)

WRONG, UNDECIDED = 1, 5
COLOURS = {"differs": "red", "undecided": "yellow", "kink": "yellow"}


@click.command(cls=Expression)
@graph_options
@json_option
def check(
    expr: str, at: tuple[str, ...], tie: str, shapes: tuple[str, ...], constants: tuple[str, ...], as_json: bool
) -> None:
    """Check every gradient of EXPR against SymPy.

    Ours, got by backpropagation, against SymPy's analytic derivative. With --at the gradients at that point are shown too. Exit code 0 if all are right, 1 if one
    differs, 5 if one could not be decided.

    \b
    graphtutor check "max(0, 1 - y*(w*x + b))"
    """
    from ..equal import texts
    from ..front.analysis import check as checked

    point = point_of(at)
    graph = graph_of(expr, point, shapes, constants)
    numbers = {} if point is None else graph.trace(at=point, tie=tie).gradients
    found = checked(graph, tie, point)
    if as_json:
        verdicts = {
            name: {"kind": v.kind, "evidence": str(v.evidence), "point": texts(v.point)}
            for name, v in found.verdicts.items()
        }
        show_json(
            {
                "ok": found.ok,
                "verdicts": verdicts,
                "locals": {name: v.kind for name, v in found.locals.items()},
                "gradients": numbers,
                "method": found.method,
            }
        )
    else:
        show(found, graph.output.name, numbers)
    if not found.ok:
        raise Answer(
            WRONG if any(v.kind == "differs" for v in (*found.verdicts.values(), *found.locals.values())) else UNDECIDED
        )


def show(found: Any, top: str, numbers: dict[str, Any]) -> None:
    """Print a line for each input: the gradient's name, its number if there is a point, the verdict and its evidence."""
    from ..equal import place
    from ..walk.trace import shown

    names = {
        name: f"d{top}/d{name}" + (f" = {shown(numbers[name])}" if name in numbers else "") for name in found.verdicts
    }
    wide = max(map(len, names.values()), default=0)
    for name, verdict in found.verdicts.items():
        kind = styled(f"{verdict.kind:9}", fg=COLOURS.get(verdict.kind, "green"))
        at = f" at {place(verdict.evidence.point)}" if verdict.point else ""
        click.echo(f"{styled(names[name].ljust(wide))}  {kind}  {styled(f'{verdict.evidence}{at}')}")
    for rule, verdict in found.locals.items():
        if not verdict:
            say(f"the local rule of {rule} is {verdict.kind}: {verdict.evidence}")
    say(found.sentence)
    if any("no point was found" in str(v.evidence) for v in found.verdicts.values()):
        say(
            "It is defined nowhere that was tried: look for a division by 0, or for the root or log of a negative number."
        )


SAYS = {"differs": "Different", "undecided": "Undecided"}  # the other sentences say themselves that both are equal


@click.command(cls=Expression)
@ASSUME
@SHAPES
@click.option("--seed", type=int, default=0, help="Of the random points.")
@click.option(
    "--prove",
    type=click.FloatRange(0, 600),
    metavar="SECONDS",
    help="Let SymPy look for a proof so long, if a quick one is not found.",
)
@json_option
@click.argument("a", metavar="A", callback=text_of)
@click.argument("b", metavar="B", callback=text_of)
def same(
    a: str, b: str, assume: tuple[str, ...], shapes: tuple[str, ...], seed: int, prove: float | None, as_json: bool
) -> None:
    """Decide whether A and B are equal wherever they are defined.

    They are compared at many points, on their kinks and at the edges of their domains. Exit code 0 if they are equal, 1 if not, 5 if it could not be decided.

    \b
    graphtutor same "2*x0*(f - y)" "(f - y)*x0*2"
    graphtutor same "2*x" "2*exp(log(x))" --assume x=positive
    """
    from ..equal import same as compared

    verdict = compared(
        a, b, "; ".join(assume), shapes=shapes_of(shapes, None), seed=seed, prove=True if prove is None else prove
    )
    if as_json:
        show_json(verdict.to_json())
    else:
        lead, rest = (
            (SAYS[verdict.kind], f": {verdict.evidence}")
            if verdict.kind in SAYS
            else ("Equal", str(verdict.evidence).removeprefix("Equal"))
        )
        say(styled(lead, fg=COLOURS.get(verdict.kind, "green")) + styled(rest))
    if not verdict:
        raise Answer(WRONG if verdict.kind == "differs" else UNDECIDED)

"""`same`: are two expressions equal, and what shows it."""

from __future__ import annotations

import click

from .check import COLOURS, UNDECIDED, WRONG
from .shared import ASSUME, SHAPES, Answer, Expression, json_option, say, shapes_of, show_json, styled, text_of

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

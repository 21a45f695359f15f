"""The ways in which one graph can be drawn, and the one whose letters are largest where there is so much room.

It may run from left to right, from top to bottom, or in bands; the labels of its edges may lose their left sides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ...expr.graph import Edge
from ..files.inks import Point
from . import layout as lay
from .bands import wrapped
from .frames import Frame, Wire
from .layout import Engine, Plan
from .needs import LABEL, Need, slots

LARGEST = 2.2  # points a unit
# by how much letters may be smaller with all words, in one band, from left to right; and in one band that is easily read
FULL, ONE_BAND, ACROSS, STRAIGHT, EASY = 1.1, 1.06, 1.04, 1.25, 10.0
Labels = Mapping[str, Mapping[Edge, Point]]  # by direction


class Candidate(NamedTuple):
    """A way of drawing: with all words on its edges or without left sides, and how much room it takes."""

    plan: Plan
    short: bool
    favour: float
    straight: bool = True


def candidates(boxes: Mapping[int, Need], labels: Labels, short: bool, direction: str | None, engine: Engine, bands: int = 4) -> Iterator[Candidate]:  # fmt: skip
    """Yield the ways of drawing one graph with these labels, which are short or not."""
    words = 1.0 if short else FULL
    if direction != "TB":
        yield Candidate(lay.plan(boxes, labels["LR"], "LR", engine), short, words * ONE_BAND * ACROSS)
        for k in range(2, bands + 1):
            for plan in wrapped(boxes, labels["LR"], k, engine):
                yield Candidate(plan, short, words * ACROSS, False)
    if direction != "LR":
        yield Candidate(lay.plan(boxes, labels["TB"], "TB", engine), short, words * ONE_BAND)


def directed(frames: Sequence[Frame]) -> Labels:
    """Return the room that labels take in each direction."""
    return {d: slots(frames, d) for d in lay.DIRECTIONS}


def fit(plan: Plan, room: Point) -> float:
    """Return how many points a unit may have for a plan to fit the room."""
    return min(room[0] / max(plan.width, 1.0), room[1] / max(plan.height, 1.0), LARGEST)


def best(found: Sequence[Candidate], room: Point) -> Candidate:
    """Return the drawing with the largest letters; one band is left only for much larger ones where it is easily read."""

    def worth(c: Candidate) -> float:
        scale = fit(c.plan, room)
        return scale * c.favour * (STRAIGHT if c.straight and scale * LABEL >= EASY else 1.0)

    return max(found, key=worth)


def brief(wire: Wire) -> Wire:
    """Return a wire whose label has lost its left side: x₀ = 2 and not ∂v₁/∂w₀ = x₀ = 2."""
    local = wire.local
    return (
        wire._replace(local=local[1:])
        if len(local) > 1 and local[0].text.endswith(" = ") and local[0].kind == "name"
        else wire
    )


def shortened(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    """Return frames with short labels; what two frames shared they share still."""
    made: dict[int, Wire] = {}
    found = []
    for frame in frames:
        for w in frame.wires:
            if id(w) not in made:
                made[id(w)] = brief(w)
        found.append(frame.with_wires(tuple(made[id(w)] for w in frame.wires)))
    return tuple(found)

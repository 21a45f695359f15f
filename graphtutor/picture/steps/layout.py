"""Where everything stands: positions from Graphviz, once for each graph, in one band or wrapped into several.

All lengths are in points, y downwards from the top left corner. Graphviz sees boxes and labels of
fixed size without text, so its fonts do not matter.
"""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from ...errors import LearnerError
from ...expr.graph import Edge
from ..files.inks import Point
from .needs import AIR, Need

ENGINES, DIRECTIONS = ("pygraphviz", "dot"), ("LR", "TB")
BIG = 120
Engine = (
    str | Callable[[str], str]
)  # one of ENGINES, or what a host hands in, as a page does: DOT text to Graphviz's JSON of it


class Place(NamedTuple):
    """A box: its centre and size, and the widths of its value, gradient and name columns (0 if there is none)."""

    x: float
    y: float
    width: float
    height: float
    value: float
    gradient: float
    name: float = 0.0

    @property
    def left(self) -> float:
        return self.x - self.width / 2

    @property
    def top(self) -> float:
        return self.y - self.height / 2

    def moved(self, dx: float, dy: float) -> Place:
        return self._replace(x=round(self.x + dx, 3), y=round(self.y + dy, 3))


class Route(NamedTuple):
    """An edge: a chain of Bézier curves (3k + 1 points) from argument to operation, and the slot of its label.

    `marks`: where it runs back to the start of the next band, the tips of arrows that say so.
    """

    points: tuple[Point, ...]
    label: Point
    size: Point
    marks: tuple[Point, ...] = ()

    def drawn(self, back: bool, head: float) -> tuple[tuple[Point, ...], Point]:
        """Return the curve without the last `head` points, where the arrow stands, and the arrow's tip."""
        points = self.points if back else self.points[::-1]
        rest = shortened(points, head)
        return (rest if back else rest[::-1]), points[0]

    def spot(self, direction: str, wide: float, high: float) -> Point:
        """Return where the centre of a label of this size stands: beside the line, at the end of its slot."""
        if direction == "LR":  # the line runs along the lower edge of the slot
            return self.label[0], self.label[1] + self.size[1] / 2 - AIR - high / 2
        return self.label[0] - self.size[0] / 2 + AIR + wide / 2, self.label[1]  # and here along its left edge

    def moved(self, dx: float, dy: float) -> Route:
        def there(p: Point) -> Point:
            return round(p[0] + dx, 3), round(p[1] + dy, 3)

        return Route(tuple(map(there, self.points)), there(self.label), self.size, tuple(map(there, self.marks)))


@dataclass(frozen=True, slots=True)
class Plan:
    """A graph laid out, its top left corner at (0, 0): where boxes stand and edges run."""

    width: float
    height: float
    places: dict[int, Place]
    routes: dict[Edge, Route]
    direction: str

    def moved(self, dx: float, dy: float) -> Plan:
        return Plan(
            self.width,
            self.height,
            {i: p.moved(dx, dy) for i, p in self.places.items()},
            {e: r.moved(dx, dy) for e, r in self.routes.items()},
            self.direction,
        )


# ----- Graphviz -----
Ends = Mapping[Edge, tuple[str, str]]


def outlines(boxes: Mapping[int, Need], labels: Mapping[Edge, Point], direction: str, ends: Ends | None = None, ports: Sequence[str] = ()) -> str:  # fmt: skip
    """Return the DOT text of boxes and labelled edges. `ends`: between which nodes an edge runs, if not its own two;
    `ports`: further lines, for where edges enter and leave a band."""
    apart = "nodesep=0.17 ranksep=0.3" if direction == "LR" else "nodesep=0.3 ranksep=0.25"
    quick = " nslimit=2 nslimit1=2 mclimit=0.3 searchsize=10" if len(boxes) > BIG else ""
    lines = [
        "digraph {",
        f"graph [rankdir={direction} ordering=in {apart}{quick}]",
        'node [shape=box fixedsize=true label=""]',
        "edge [arrowsize=0.7]",
    ]
    lines += [f"n{i} [width={n.width / 72:.5f} height={n.height / 72:.5f}]" for i, n in boxes.items()]
    lines += ports
    for edge, (w, h) in labels.items():
        cell = f'<TR><TD FIXEDSIZE="TRUE" WIDTH="{w:.0f}" HEIGHT="{h:.0f}"></TD></TR>'
        table = f'label=<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">{cell}</TABLE>>' if w else ""
        tail, head = (ends or {}).get(edge, (f"n{edge.target}", f"n{edge.source}"))
        lines.append(f"{tail} -> {head} [id=e{edge.source}_{edge.slot} {table}]")
    return "\n".join([*lines, "}"])


def positions(dot: str, engine: Engine) -> dict[str, Any]:
    """Return Graphviz's JSON of a DOT text, made in this process ("pygraphviz"), by the `dot` program ("dot"), or by the host."""
    if callable(engine):
        return dict(json.loads(engine(dot)))
    if engine == "pygraphviz":
        try:
            import pygraphviz
        except ImportError:
            if shutil.which("dot") is None:
                raise LearnerError(
                    "no Graphviz found; install it with 'pip install pygraphviz', or put Graphviz's dot on PATH"
                ) from None
        else:
            return dict(json.loads(pygraphviz.AGraph(string=dot).draw(format="json0", prog="dot")))
    program = shutil.which("dot")
    if program is None:
        raise LearnerError("engine='dot' needs Graphviz's dot on PATH; install Graphviz, or leave engine out")
    try:
        done = subprocess.run([program, "-Tjson0"], input=dot, capture_output=True, text=True, check=True, timeout=300)
    except (OSError, subprocess.SubprocessError) as error:
        raise LearnerError(
            f"{program} did not lay the graph out ({type(error).__name__}); leave engine out to use Graphviz in-process"
        ) from None
    return dict(json.loads(done.stdout))


@lru_cache(maxsize=256)
def found(
    dot: str, engine: Engine
) -> tuple[float, float, dict[str, Point], dict[str, tuple[tuple[Point, ...], Point]]]:
    """Return the size of a drawing of Graphviz, the centres of its nodes and, by its id, the curve and the label of each edge."""
    data = positions(dot, engine)
    _, _, wide, high = map(float, data["bb"].split(","))

    def spot(text: str) -> Point:
        x, y = map(float, text.split(","))
        return round(x, 3), round(high - y, 3)

    edges = {}
    for drawn in data.get("edges", ()):
        points = [spot(p) for p in drawn["pos"].split() if not p.startswith("e,")]
        tip = [spot(p[2:]) for p in drawn["pos"].split() if p.startswith("e,")]
        whole = (*points, *straight(points[-1], tip[0])) if tip else tuple(points)
        edges[drawn["id"]] = whole, spot(drawn["lp"]) if "lp" in drawn else points[len(points) // 2]
    return wide, high, {thing["name"]: spot(thing["pos"]) for thing in data["objects"] if "pos" in thing}, edges


def known(direction: str, engine: Engine) -> None:
    """Raise LearnerError for a direction or an engine that there is not."""
    for what, given, those in (("direction", direction, DIRECTIONS), ("engine", engine, ENGINES)):
        if given not in those and not callable(given):
            raise LearnerError(f"{what}='{given}' is not known; expected {' or '.join(those)}")


def plan(boxes: Mapping[int, Need], labels: Mapping[Edge, Point], direction: str = "LR", engine: Engine = "pygraphviz") -> Plan:  # fmt: skip
    """Return boxes and edges laid out in one band. Raises LearnerError without Graphviz."""
    known(direction, engine)
    wide, high, spots, edges = found(outlines(boxes, labels, direction), engine)
    routes = {e: Route(*edges[f"e{e.source}_{e.slot}"], size) for e, size in labels.items()}
    return Plan(wide, high, {i: standing(spots[f"n{i}"], n) for i, n in boxes.items()}, routes, direction)


def standing(at: Point, n: Need) -> Place:
    return Place(*at, n.width, n.height, n.value, n.gradient, n.name)


# ----- curves -----
def straight(a: Point, b: Point) -> tuple[Point, Point, Point]:
    """Return a straight line from `a` as a Bézier curve, without `a`."""
    (x, y), (u, v) = a, b
    return (x + (u - x) / 3, y + (v - y) / 3), (x + (u - x) * 2 / 3, y + (v - y) * 2 / 3), b


@lru_cache(maxsize=8192)
def shortened(points: tuple[Point, ...], length: float) -> tuple[Point, ...]:
    """Return a chain of Bézier curves without its first `length` points, as the crow flies."""
    start, rest = points[0], list(points)
    while len(rest) > 4 and math.dist(start, rest[3]) <= length:
        rest = rest[3:]
    (a, b), (c, d), (e, f), (g, h) = rest[:4]
    low, high = 0.0, 1.0
    for _ in range(24):
        t = (low + high) / 2
        u = 1 - t
        p, q, r, s = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
        near = math.hypot(p * a + q * c + r * e + s * g - start[0], p * b + q * d + r * f + s * h - start[1]) < length
        low, high = (t, high) if near else (low, t)
    return (*split(rest[:4], low), *rest[4:])


def split(curve: Sequence[Point], t: float) -> tuple[Point, Point, Point, Point]:
    """Return the part of one Bézier curve from `t` on (de Casteljau)."""
    row, right = list(curve), [curve[3]]
    while len(row) > 1:
        row = [(a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t) for a, b in pairwise(row)]
        right.append(row[-1])
    return right[3], right[2], right[1], right[0]

"""The colours of a theme and a palette, and the smallest pieces of SVG: a coordinate, a text, a curve, an arrow's head."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import Literal, NamedTuple, TypedDict, get_args

from ...errors import LearnerError

# ----- what a drawing may be asked for -----
Theme = Literal["light", "dark"]
Palette = Literal["default", "cs231n"]
Direction = Literal["LR", "TB"]
PALETTES: tuple[str, ...] = get_args(Palette)
# canvases by name, width and height in points: 16:9, a sheet upright, a square, and a strip; "graph" is as large as the graph
SHAPES: dict[str, tuple[float, float]] = {
    "slide": (960.0, 540.0),
    "page": (595.0, 842.0),
    "square": (720.0, 720.0),
    "wide": (1280.0, 540.0),
}


class Look(TypedDict, total=False):
    """How a graph's pictures look; each option has its usual value where it is left out."""

    theme: Theme
    palette: Palette
    direction: Direction  # on a canvas the better of the two if left out
    title: bool  # above the graph
    caption: bool  # the step as mathematics
    legend: bool  # what the shapes mean; usual on a canvas
    letters: float  # points an edge's label has at least, before lines are closed: 7
    collapse: str | Iterable[str]  # lines of the program, or opened operations, shown as one node each
    parameters: Iterable[str]  # the inputs that are parameters
    size: str | tuple[float, float]  # "slide", "page", "square", "wide", "graph", "960x540" or (960, 540)
    digits: int  # significant ones of a number, 1 to 17
    engine: Literal["pygraphviz", "dot"]  # who lays the graph out


Point = tuple[float, float]


class Colours(NamedTuple):
    """The colours of one theme. Every colour of text has a contrast of at least 4.5 on each ground it stands on (WCAG AA)."""

    ground: str
    box: str
    idle: str
    lit: str
    fresh: str
    ink: str
    muted: str
    line: str
    faint: str
    value: str
    upstream: str
    local: str


# the hues of Okabe and Ito, darkened or lightened until they reach 4.5:1
LIGHT = Colours(
    "#FFFFFF",
    "#FFFFFF",
    "#F8FAFC",
    "#FFF3EC",
    "#EEF6FC",
    "#1E293B",
    "#5B6472",
    "#7D8794",
    "#C3C9D2",
    "#0067A3",
    "#B93A08",
    "#00694E",
)
DARK = Colours(
    "#0F172A",
    "#1E293B",
    "#172033",
    "#3B2418",
    "#12304A",
    "#F1F5F9",
    "#A9B4C4",
    "#8794A9",
    "#3E4B60",
    "#6FC1EE",
    "#FF9A5C",
    "#34D399",
)
THEMES = {"light": LIGHT, "dark": DARK}
# the tradition of the cs231n lectures: values green, gradients red; local derivatives then blue
CLASSIC = {"light": ("#0B7A0B", "#C80000", "#1D4ED8"), "dark": ("#4ADE80", "#FF8A8A", "#93C5FD")}


def colours(theme: str, palette: str = "default") -> Colours:
    """Return the colours of a theme ("light", "dark") in a palette ("default", "cs231n")."""
    for what, given, known in (("theme", theme, tuple(THEMES)), ("palette", palette, PALETTES)):
        if given not in known:
            raise LearnerError(f"{what}='{given}' is not known; expected {' or '.join(known)}")
    if palette == "default":
        return THEMES[theme]
    value, upstream, local = CLASSIC[theme]
    return THEMES[theme]._replace(value=value, upstream=upstream, local=local)


# ----- pieces of SVG -----
@lru_cache(maxsize=2**15)
def n(value: float) -> str:
    """Return a coordinate with at most two decimals.

    >>> n(12.0), n(0.125), n(-0.001)
    ('12', '0.12', '0')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


BOLD_FACE, ITALIC = ' font-weight="bold"', ' font-style="italic"'


@lru_cache(maxsize=2**14)  # a box is painted anew when a part of it changes
def text(x: float, y: float, words: str, size: float, fill: str, anchor: str = "middle", style: str = "") -> str:
    at = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{n(x)}" y="{n(y)}" font-size="{n(size)}" fill="{fill}"{at}{style}>{escape(words)}</text>'


@lru_cache(maxsize=8192)
def path(points: tuple[Point, ...]) -> str:
    """Return a chain of Bézier curves as path data."""
    first, *rest = (f"{n(x)} {n(y)}" for x, y in points)
    return f"M{first}C{' '.join(rest)}"


@lru_cache(maxsize=8192)
def arrow(tip: Point, behind: Point, size: float) -> str:
    """Return the corners of an arrow's head."""
    angle = math.atan2(tip[1] - behind[1], tip[0] - behind[0])
    u, v = math.cos(angle), math.sin(angle)
    corners = (
        tip,
        (tip[0] - size * u - 0.38 * size * v, tip[1] - size * v + 0.38 * size * u),
        (tip[0] - size * u + 0.38 * size * v, tip[1] - size * v - 0.38 * size * u),
    )
    return " ".join(f"{n(x)},{n(y)}" for x, y in corners)

"""What changes from one picture to the next: a picture of ours is a line of markup for each thing it shows, so lines are compared.

Thus an animation paints only what is new, and several pictures become one in which each thing says when it is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple
from xml.etree import ElementTree

from .fonts import width

SMALLEST_PART, NEAR = 0.6, 6.0  # of the picture: more is painted whole; units around what changes
OURS = 'class="graphtutor"'
NUMBER = re.compile(r"-?[\d.]+")
COMMAND = re.compile(r"([MCLHV])([^MCLHV]*)")
SLOT = re.compile(r'id="([a-z]+)[\d_]*"')
ORDER = ("caption", "t", "e", "n", "l", "legend")


class Area(NamedTuple):
    """A rectangle in the units of a picture."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Area) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def joined(self, other: Area) -> Area:
        return Area(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


def things(svg: str) -> tuple[str, list[str]]:
    """Return the head of a picture of ours, with its ground, and a line for each thing it shows; none of another's picture."""
    if OURS not in svg[:200]:
        return svg, []
    lines = svg.rstrip().split("\n")
    start = next((k for k, line in enumerate(lines) if line.startswith('<rect class="ground"')), 0) + 1
    return "\n".join(lines[:start]), lines[start:-1]


@lru_cache(maxsize=8192)
def area(line: str) -> Area | None:
    """Return where a thing stands; nothing for one that draws nothing.

    >>> area('<g><rect x="1" y="2" width="3" height="4"/><path d="M0 0H9"/></g>')
    Area(left=0.0, top=0.0, right=9.0, bottom=6.0)
    """
    found: Area | None = None
    for element in ElementTree.fromstring(f"<g>{line}</g>").iter():
        for here in areas(element):
            found = here if found is None else found.joined(here)
    return found


def areas(element: ElementTree.Element) -> Iterator[Area]:
    tag = element.tag
    if tag == "rect":
        x, y, w, h = (float(element.get(key, "0")) for key in ("x", "y", "width", "height"))
        yield Area(x, y, x + w, y + h)
    elif tag in ("path", "polygon"):
        xs, ys = corners(element.get("d") or element.get("points") or "")
        if xs and ys:
            yield Area(min(xs), min(ys), max(xs), max(ys))
    elif tag == "text":
        x, y, size = (float(element.get(key, "0")) for key in ("x", "y", "font-size"))
        wide = width("".join(element.itertext()), size, True)
        start = x - {"middle": wide / 2, "end": wide}.get(element.get("text-anchor", "start"), 0.0)
        yield Area(start - size * 0.1, y - size, start + wide + size * 0.1, y + size * 0.35)


def corners(data: str) -> tuple[list[float], list[float]]:
    """Return the x and the y coordinates of path data or of the points of a polygon."""
    xs: list[float] = []
    ys: list[float] = []
    for letter, rest in COMMAND.findall(data) or [("M", data)]:
        numbers = [float(v) for v in NUMBER.findall(rest)]
        if letter == "H":
            xs += numbers
        elif letter == "V":
            ys += numbers
        else:
            xs += numbers[::2]
            ys += numbers[1::2]
    return xs, ys


def changed(before: Sequence[str], after: Sequence[str]) -> list[Area]:
    """Return the rectangles in which two pictures differ, apart from each other."""
    same = set(before) & set(after)
    todo = [found for line in (*before, *after) if line not in same and (found := area(line))]
    apart: list[Area] = []
    for one in todo:
        here = Area(one.left - NEAR, one.top - NEAR, one.right + NEAR, one.bottom + NEAR)
        while met := next((other for other in apart if here.meets(other)), None):
            apart.remove(met)
            here = here.joined(met)
        apart.append(here)
    return apart


def through(svgs: Sequence[str]) -> tuple[str, list[tuple[str, list[int]]]]:
    """Return the head of the first of several pictures, and every thing with the numbers of the pictures that show it.

    Things of one kind stand in the order in which they first appear: what is said, tiles, edges, nodes, labels.
    """
    seen: dict[str, list[int]] = {}
    for k, svg in enumerate(svgs):
        for line in things(svg)[1]:
            seen.setdefault(line, []).append(k)

    def kind(line: str) -> int:
        slot = SLOT.search(line)
        return ORDER.index(slot[1]) if slot and slot[1] in ORDER else ORDER.index("t")

    return things(svgs[0])[0], sorted(seen.items(), key=lambda item: kind(item[0]))


def runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Return numbers in order as runs from … to.

    >>> runs([0, 1, 2, 5])
    [(0, 2), (5, 5)]
    """
    found: list[tuple[int, int]] = []
    for k in numbers:
        if found and found[-1][1] == k - 1:
            found[-1] = found[-1][0], k
        else:
            found.append((k, k))
    return found


def animated(svgs: Sequence[str], seconds: float = 1.6) -> str:
    """Return several pictures as one that shows them in turn, by CSS; the last alone where motion is not wanted."""
    head, shown = through(svgs)
    count = len(svgs)
    names: dict[tuple[tuple[int, int], ...], str] = {}
    body, rules = [], []
    for line, numbers in shown:
        when = tuple(runs(numbers))
        if len(numbers) == count:
            body.append(line)
            continue
        if when not in names:
            names[when] = f"f{len(names)}"
            rules.append(rule(names[when], when, count))
        last = " last" if numbers[-1] == count - 1 else ""
        body.append(f'<g class="f {names[when]}{last}">{line}</g>')
    style = (
        f".f{{visibility:hidden;animation:{seconds * count:g}s step-end infinite}}{''.join(rules)}"
        "@media (prefers-reduced-motion:reduce){.f{animation:none!important}.f.last{visibility:visible}}"
    )
    return "\n".join([head, f"<style>{style}</style>", *body, "</svg>", ""])


def rule(name: str, when: Sequence[tuple[int, int]], count: int) -> str:
    """Return the CSS that shows a thing from picture to picture."""
    stops = {0.0: "hidden"}
    for first, last in when:
        stops[100 * first / count] = "visible"
        if last + 1 < count:
            stops[100 * (last + 1) / count] = "hidden"
    frames = "".join(f"{at:.4g}%{{visibility:{state}}}" for at, state in sorted(stops.items()))
    return f"@keyframes {name}{{{frames}}}.{name}{{animation-name:{name}}}"

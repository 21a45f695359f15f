"""Positions from Graphviz, once for each graph: boxes are sized for the widest text of all frames, so nothing moves."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import LearnerError
from ..graphs import Edge
from .fonts import width
from .frames import Box, Frame

TITLE, NUMBER, CAPTION, LABEL = 12.5, 12.0, 8.5, 9.5
PAD, GAP, HEIGHT, SMALL, LEADING = 9.0, 12.0, 58.0, 26.0, 14.0
Point = tuple[float, float]


@dataclass(frozen=True)
class Place:
    """A box: its centre and size in points, y downwards."""

    x: float
    y: float
    width: float
    height: float
    split: float


@dataclass(frozen=True)
class Route:
    """An edge: Bézier points from argument to operation (y downwards), its label's centre and size."""

    points: tuple[Point, ...]
    label: Point
    size: Point


@dataclass(frozen=True)
class Layout:
    """Where everything stands; the same for every frame of a film."""

    width: float
    height: float
    places: dict[int, Place]
    routes: dict[Edge, Route]
    dot: str


def columns(box: Box) -> tuple[float, float]:
    """Return the widths of the value and gradient columns of a box."""
    left = max(width("value", CAPTION), *(width(line, NUMBER, True) for line in box.value.split("\n")))
    if box.gradient is None:
        return left, 0.0
    return left, max(width(box.gradient_name, CAPTION), *(width(line, NUMBER, True) for line in box.gradient.split("\n")))


def title(box: Box) -> float:
    if box.formula:
        return width(box.label, TITLE, True) + GAP + width(box.formula, LABEL + 0.5) + (GAP + width(box.shape, CAPTION) if box.shape else 0)
    return width(box.name, TITLE + 1) + (GAP + width(box.shape, CAPTION) if box.shape else 0)


def sizes(frames: Sequence[Frame]) -> dict[int, tuple[float, float, float]]:
    """Return (width, height, width of the value column) of each box over all frames."""
    out: dict[int, tuple[float, float, float]] = {}
    for frame in frames:
        for box in frame.boxes:
            left = columns(box)[0]
            before = out.get(box.id, (0.0, 0.0, 0.0))
            if box.role == "constant":
                out[box.id] = (max(before[0], left + 2 * PAD), SMALL, left)
                continue
            rows = max(box.value.count("\n"), (box.gradient or "").count("\n"))
            out[box.id] = (max(before[0], title(box) + 2 * PAD), max(before[1], HEIGHT + LEADING * rows), max(before[2], left))
    for frame in frames:
        for box in frame.boxes:
            if box.role != "constant":
                w, h, left = out[box.id]
                out[box.id] = (max(w, left + GAP + columns(box)[1] + 2 * PAD), h, left)
    return {i: (round(w + 0.5), h, round(left + 0.5)) for i, (w, h, left) in out.items()}


def labels(frames: Sequence[Frame]) -> dict[Edge, Point]:
    """Return the size of each edge's label over all frames: the local derivative above, the product below."""
    out: dict[Edge, Point] = {}
    for frame in frames:
        for wire in frame.wires:
            w = max(width(wire.local, LABEL), width(wire.product, LABEL, True)) + 14 if wire.local else 0.0
            before = out.get(wire.edge, (0.0, 0.0))
            out[wire.edge] = (max(before[0], round(w + 0.5)), max(before[1], 30.0 if wire.product else 16.0 if wire.local else 0.0))
    return out


def source(frames: Sequence[Frame], direction: str) -> str:
    """Return the DOT text that is laid out: fixed boxes without text, ids n0, n1, …"""
    box, label = sizes(frames), labels(frames)
    lines = ["digraph {", f"graph [rankdir={direction} ordering=in nodesep=0.22 ranksep=0.32 splines=true]", 'node [shape=box fixedsize=true label=""]', "edge [arrowsize=0.7]"]
    lines += [f"n{i} [width={w / 72:.4f} height={h / 72:.4f}]" for i, (w, h, _) in box.items()]
    for edge, (w, h) in label.items():
        cell = f'<TR><TD FIXEDSIZE="TRUE" WIDTH="{w:.0f}" HEIGHT="{h:.0f}"></TD></TR>'
        table = f' label=<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">{cell}</TABLE>>' if w else ""
        lines.append(f"n{edge.target} -> n{edge.source} [key=e{edge.slot}{table}]")
    return "\n".join([*lines, "}"])


def positioned(dot: str, engine: str) -> str:
    """Return `dot` with positions, by Graphviz in-process ("pygraphviz") or by the `dot` program ("dot")."""
    if engine == "dot":
        program = shutil.which("dot")
        if program is None:
            raise LearnerError("engine='dot' needs Graphviz's dot on PATH; install Graphviz, or leave engine out")
        return subprocess.run([program, "-Tdot"], input=dot, capture_output=True, text=True, check=True, timeout=120).stdout
    try:
        import pygraphviz
    except ImportError:
        if shutil.which("dot"):
            return positioned(dot, "dot")
        raise LearnerError("no Graphviz found; install it with 'pip install pygraphviz', or put Graphviz's dot on PATH") from None
    graph = pygraphviz.AGraph(string=dot)
    graph.layout(prog="dot")
    return str(graph.to_string())


def arrange(frames: Sequence[Frame], direction: str = "LR", engine: str = "pygraphviz") -> Layout:
    """Return the one layout of a film. `direction` is "LR" or "TB"; raises LearnerError without Graphviz."""
    if direction not in ("LR", "TB"):
        raise LearnerError(f"direction='{direction}' is not known; expected LR (left to right) or TB (top to bottom)")
    if engine not in ("pygraphviz", "dot"):
        raise LearnerError(f"engine='{engine}' is not known; expected pygraphviz or dot")
    text = positioned(source(frames, direction), engine)
    import pygraphviz

    graph = pygraphviz.AGraph(string=text)
    _, _, wide, top = map(float, graph.graph_attr["bb"].split(","))
    box, label = sizes(frames), labels(frames)
    places = {}
    for i, (w, h, left) in box.items():
        x, y = map(float, graph.get_node(f"n{i}").attr["pos"].split(","))
        places[i] = Place(x, top - y, w, h, left)
    routes = {edge: route(graph.get_edge(f"n{edge.target}", f"n{edge.source}", f"e{edge.slot}"), top, size) for edge, size in label.items()}
    return Layout(wide, top, places, routes, text)


def route(edge: Any, top: float, size: Point) -> Route:
    parts = edge.attr["pos"].split()
    end = next((p[2:] for p in parts if p.startswith("e,")), None)
    points = [tuple(map(float, p.split(","))) for p in parts if not p.startswith(("e,", "s,"))]
    curve = [(x, top - y) for x, y in points]
    if end:
        x, y = map(float, end.split(","))
        curve.append((x, top - y))
    place = edge.attr["lp"]
    x, y = map(float, place.split(",")) if place else (curve[len(curve) // 2][0], top - curve[len(curve) // 2][1])
    return Route(tuple(curve), (x, top - y), size)

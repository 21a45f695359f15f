"""DOT: pinned positions that Graphviz itself keeps, and text that stays text."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import graphviz
import pygraphviz
import pytest

from graphtutor.front.api import graph as make
from graphtutor.picture.steps import dot
from graphtutor.picture.steps.canvas import Layout, arrange
from graphtutor.picture.steps.frames import clean, film
from graphtutor.picture.steps.save import Painter

LECTURE = {"w0": 0.5, "w1": -0.3, "x0": 2, "x1": 0, "b": 0.1, "y": -1}
MSE = "f = w0*x0 + w1*x1 + b\nL = (f - y)**2"
SOFTMAX = make("L = -log(softmax(W@x + b)[0])", shapes={"W": (3, 2), "x": 2, "b": 3}).trace(
    {"W": [[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]], "x": [1, 2], "b": [0, 0.1, -0.1]}
)
GOLDEN = Path(__file__).parents[1] / "golden"


def drawn(source: graphviz.Source) -> dict[str, object]:
    """What Graphviz makes of pinned DOT, as its own JSON."""
    return dict(json.loads(pygraphviz.AGraph(string=source.source).draw(format="json", prog="nop2")))


def rendered(source: graphviz.Source, *options: str) -> dict[str, object]:
    """What the program `dot` makes of it, as its own JSON."""
    return dict(
        json.loads(
            subprocess.run(
                ["dot", "-Kneato", *options, "-Tjson"], input=source.source.encode(), capture_output=True, check=True
            ).stdout
        )
    )


def check_places(found: dict[str, object], placed: Layout, routes: bool = True) -> None:
    """Assert that every node, and every edge's tip, is where the SVG has it, to 0.01 pt, apart from one shift of the whole."""
    nodes = {thing["name"]: thing for thing in found["objects"] if thing["name"] != "caption"}
    dx, dy = (
        a - b
        for a, b in zip(
            map(float, nodes["n0"]["pos"].split(",")),
            (placed.places[0].x, placed.height - placed.places[0].y),
            strict=True,
        )
    )
    for i, place in placed.places.items():
        x, y = map(float, nodes[f"n{i}"]["pos"].split(","))
        assert abs(x - dx - place.x) <= 0.01 and abs(y - dy - (placed.height - place.y)) <= 0.01
        outer = 8 if nodes[f"n{i}"].get("peripheries") == "2" else 0
        corners = next(op["points"] for op in reversed(nodes[f"n{i}"]["_draw_"]) if op["op"] in "pPbB")
        assert outer or abs(max(p[0] for p in corners) - min(p[0] for p in corners) - place.width) <= 0.02
    edges = {thing["id"]: thing for thing in found["edges"]}
    assert len(edges) == len(placed.routes)
    for edge, route in placed.routes.items() if routes else ():
        tips = [p for p in edges[f"e{edge.source}_{edge.slot}"]["pos"].split() if p[0] in "se"]
        x, y = map(float, tips[0][2:].split(","))
        end = route.points[0] if tips[0][0] == "s" else route.points[-1]
        assert abs(x - dx - end[0]) <= 0.01 and abs(y - dy - (placed.height - end[1])) <= 0.01


WALKED = pytest.mark.parametrize(
    "walked", [make(MSE).trace(LECTURE), make("x*x").trace({"x": 3}), SOFTMAX], ids=["squared error", "x*x", "softmax"]
)
DIRECTIONS = pytest.mark.parametrize("direction", ["LR", "TB"])


@DIRECTIONS
@WALKED
def test_graphviz_draws_every_node_and_edge_where_the_svg_has_it(walked, direction: str) -> None:
    painter = Painter(walked, direction=direction)
    for step in (0, len(painter.frames) // 2, len(painter.frames) - 1):
        check_places(drawn(painter.dot(step)), painter.layout)


@pytest.mark.dot
@DIRECTIONS
@WALKED
def test_the_program_dot_draws_it_there_too(walked, direction: str) -> None:
    painter = Painter(walked, direction=direction)
    for step in (0, len(painter.frames) - 1):
        check_places(rendered(painter.dot(step), "-n2"), painter.layout)
        check_places(
            rendered(painter.dot(step), "-n"), painter.layout, routes=False
        )  # plain -n keeps nodes, and routes edges itself


def test_positions_are_pinned_as_given() -> None:
    painter = Painter(make(MSE).trace(LECTURE))
    graph = pygraphviz.AGraph(string=painter.dot(16).source)
    for node in graph.nodes():
        if node != "caption":
            x, y = map(float, node.attr["pos"].rstrip("!").split(","))
            place = painter.layout.places[int(node[1:])]
            assert abs(x - place.x) <= 0.01 and abs(painter.layout.height - y - place.y) <= 0.01


def test_the_text_is_the_golden_one() -> None:
    assert Painter(make(MSE).trace(LECTURE)).dot(16).source == (GOLDEN / "squared_error_016.dot").read_text("utf-8")


def test_graphviz_draws_it_without_a_complaint(capfd) -> None:
    source = make(MSE).trace(LECTURE).dot(16).source
    picture = pygraphviz.AGraph(string=source).draw(format="svg", prog="nop2").decode()
    said = [
        line
        for line in capfd.readouterr().err.splitlines()
        if "Fontconfig" not in line and "cell size too small" not in line
    ]
    assert said == []  # another font may be wider than its cell, and moves nothing
    assert "∂v₁/∂w₀ = x₀ = " in picture and ">8.4<" in picture


def test_a_notebook_can_show_it_and_its_engine_keeps_positions() -> None:
    source = make(MSE).trace(LECTURE).dot(3)
    assert isinstance(source, graphviz.Source) and source.engine == "neato"
    assert "render with neato -n2" in source.source


@pytest.mark.parametrize("evil", ['"];n0->n1;//', "</TD><TD>&", "<B>", "\\N \\G \\l", "a::b", "--> ]}", "&amp;"])
def test_hostile_text_stays_text(evil: str) -> None:
    frame = film(make("w*x").trace({"w": 1, "x": 2}))[2]
    boxes = tuple(b._replace(name=evil, formula=evil if b.formula else "", value=((evil,),)) for b in frame.boxes)
    hostile = type(frame)(0, 1, "backward", clean(evil), boxes, frame.wires)
    source = dot.source(hostile, arrange([hostile]))
    graph = pygraphviz.AGraph(string=source.source)
    assert sorted(graph.nodes()) == ["caption", "n0", "n1", "n2"] and len(graph.edges()) == 2
    picture = graph.draw(format="svg", prog="nop2").decode()
    import html

    assert evil in html.unescape(html.unescape(picture).replace("\xa0", " ")) or evil.replace(
        "&amp;", "&"
    ) in html.unescape(picture)


@pytest.mark.dot
def test_dot_on_path_renders_it() -> None:
    svg = (
        graphviz.Source(make(MSE).trace(LECTURE).dot(16).source, engine="neato")
        .pipe(format="svg", neato_no_op=2, quiet=True)
        .decode()
    )
    assert svg.count('class="node') >= 12

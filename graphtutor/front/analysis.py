"""What a user asks of analysis: check() against SymPy's derivative, and derive() with a Derivation that draws itself.

A room of its own, so that who only draws a graph does not wait for it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal

from .. import derivation
from ..door import door, made_by
from ..equal import checking as checks
from ..expr import build
from ..expr import graph as graphs
from ..picture.board import blackboard as board
from ..picture.files import saved as files
from ..picture.files.inks import Palette, Theme
from ..picture.steps.page import framed
from ..shown import bundle


@door
def check(source: Any, tie: str = "zero", at: Mapping[str, Any] | None = None) -> checks.Check:
    """Return the check of every gradient of a graph (or of what `graph` takes) against SymPy's derivative; see `checks.check`.

    >>> check("w*x").ok
    True
    """
    return checks.check(source if isinstance(source, graphs.Graph) else build.build(source), tie, at)


@made_by("gt.derive('w**2', wrt='w')")
class Derivation(derivation.Derivation):
    """A derivation, line by line; see `derivation.Derivation` for its data."""

    def along_graph(self) -> Derivation:
        """Return the same derivative edge by edge of the computation graph, to stand beside the one by rules.

        >>> print(derive("(w*x - y)**2", "w").along_graph().lines[-2].unicode)
        ∂L/∂w = x × (2·v₂) = x·(2·v₂)
        """
        return dressed(derivation.turned(self))

    @door
    def draw(
        self,
        path: str | os.PathLike[str],
        step: int | None = None,
        format: str | None = None,
        both: bool = False,
        theme: Theme = "light",
        palette: Palette = "default",
    ) -> list[Path]:
        """Write the derivation as a picture (.svg, .png, .pdf), an animation (.gif), a page (.html), or line after line into a folder; return the paths.

        `step`: up to this line. `both`: the derivation along the graph below it.
        """
        look: dict[str, Any] = {"theme": theme, "palette": palette}
        drawn = board.Boards(self, self.along_graph(), **look) if both else board.Board(self, **look)
        return files.stored(drawn, path, step, format)

    @door
    def svg(self, step: int | None = None, *, theme: Theme = "light", palette: Palette = "default") -> str:
        """Return the derivation, up to line `step`, as SVG text."""
        return board.Board(self, theme=theme, palette=palette).svg(step)

    @door
    def page(self, *, theme: Theme = "light", palette: Palette = "default") -> str:
        """Return the derivation as an interactive HTML page, which follows the reader's light or dark mode unless theme="dark"."""
        return board.Board(self, theme=theme, palette=palette).bytes(None, "html").decode()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return bundle(str(self), self._repr_html_, self.svg) | {"text/latex": self._repr_latex_()}

    def _repr_html_(self) -> str:
        drawn = board.Board(self)
        return framed(drawn.page(), round(drawn.page_height))

    def _repr_svg_(self) -> str:
        return self.svg()


@door
def derive(source: Any, wrt: Any, *, style: Literal["lecture"] | None = None, detail: Literal["full", "brief"] = "full",
           definitions: Mapping[str, Any] | None = None, shapes: Mapping[str, Any] | None = None, constants: Mapping[str, Any] | None = None,
           along: Literal["rules", "graph"] = "rules", order: int = 1, of: str | None = None) -> Derivation:  # fmt: skip
    """Return the derivation of d source / d wrt, line by line, each with its rule.

    `source`: text of one or more lines, the last one the output, or a SymPy tree. `detail`: "full", one rule a line, or
    "brief", as a lecturer would; `style="lecture"` is the lecture's own. `definitions`: name → what it stands for; it stays
    in the lines until its derivative is taken. `along="graph"`: one edge of the computation graph a line.
    `order`: 2 for the second derivative, and so on. An equation, x**2 + y**2 = 1, is differentiated on both sides and
    solved for the derivative of the name that depends on `wrt`: `of`, or the only other name, or y.

    >>> [line.text for line in derive("w**2", "w").lines]
    ['d/dw (w**2)', '2*w']
    >>> derive("x**2 + y**2 = 1", "x").lines[-1].text
    "y' = -x/y"
    """
    found = derivation.from_equation(source, wrt, of, detail == "brief" or style == "lecture", order)
    if found is not None:
        return dressed(found)
    return dressed(
        derivation.derive(
            source,
            wrt,
            style=style,
            detail=detail,
            definitions=definitions,
            shapes=shapes,
            constants=constants,
            along=along,
            order=order,
        )
    )


def dressed(plain: derivation.Derivation) -> Derivation:
    """Return a plain derivation with the methods of this room."""
    return Derivation(**{f.name: getattr(plain, f.name) for f in fields(derivation.Derivation)})

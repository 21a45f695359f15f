"""Two derivations of one gradient on one picture: by the rules, and below it along the graph, as the lecture compares them."""

from __future__ import annotations

from ...derivation import Derivation
from ..files.saved import Reel
from .board_page import Row, page
from .lines import Board, picture


class Boards(Reel):
    """A board above another; picture k shows the lines up to number k, counted through. The look is that of Board."""

    formats, each, whole = Board.formats, Board.each, "derivation"

    def __init__(self, first: Derivation, second: Derivation, *, theme: str = "light", palette: str = "default"):
        self.first = Board(first, theme=theme, palette=palette)
        self.second = Board(second, theme=theme, palette=palette, above=self.first)
        self.theme, self.palette = theme, palette

    def __len__(self) -> int:
        return len(self.first) + len(self.second)

    def svg(self, step: int | None = None) -> str:
        k = self.number(step)
        inner = self.first.painted(min(k, len(self.first) - 1))
        if k >= len(self.first):
            inner += self.second.painted(k - len(self.first))
        size = max(self.first.size[0], self.second.size[0]), self.second.size[1]
        return picture(
            self.first.heading, f"{self.first.derivation}\n\n{self.second.derivation}", size, inner, self.first.colours
        )

    def page(self, theme: str | None = None) -> str:
        between = [Row(self.second.names_drawn, "", "along the graph", "")] if self.second.given else []
        legend = self.first.legend_drawn + self.second.legend_drawn
        return page(
            self.first.heading,
            self.first.names_drawn,
            [*self.first.rows, *between, *self.second.rows],
            legend,
            theme,
            self.palette,
        )

"""How pictures may look: the options of every drawing, with what each may be. Imports nothing heavy: the shell reads it too."""

from __future__ import annotations

from typing import Literal, TypedDict, get_args

Theme = Literal["light", "dark"]
Palette = Literal["default", "cs231n"]
Direction = Literal["LR", "TB"]
PALETTES: tuple[str, ...] = get_args(Palette)


class Look(TypedDict, total=False):
    """How a graph's pictures look; each option has its usual value where it is left out."""

    theme: Theme
    palette: Palette
    direction: Direction
    digits: int  # significant ones of a number, 1 to 17
    engine: Literal["pygraphviz", "dot"]  # who lays the graph out

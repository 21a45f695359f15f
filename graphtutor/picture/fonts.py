"""How wide text is, from a table of DejaVu Sans, and where the font files lie.

The table (1/1000 em) is committed, so that drawing imports no font library; matplotlib ships the
font files themselves (Bitstream Vera licence), found without importing it.
"""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path

FAMILY = "DejaVu Sans"
WIDEST = 1000


@cache
def table(weight: str) -> dict[str, int]:
    """Return the advance width of every character of a weight, "regular" or "bold", in 1/1000 em."""
    groups = json.loads((Path(__file__).parent / "widths.json").read_text(encoding="utf-8"))[weight]
    return {char: int(width) for width, chars in groups.items() for char in chars}


def width(text: str, size: float, bold: bool = False) -> float:
    """Return the width of `text` in points at `size`; an unknown character counts as one em.

    >>> round(width("w₀", 10), 2)
    12.19
    """
    widths = table("bold" if bold else "regular")
    return sum(widths.get(c, WIDEST) for c in text) * size / 1000


@cache
def files() -> tuple[str, ...]:
    """Return the paths of DejaVu Sans, its bold and its oblique, from matplotlib's data; empty if it is not installed."""
    spec = importlib.util.find_spec("matplotlib")
    if spec is None or not spec.submodule_search_locations:
        return ()
    folder = Path(next(iter(spec.submodule_search_locations))) / "mpl-data" / "fonts" / "ttf"
    found = (folder / f"DejaVuSans{style}.ttf" for style in ("", "-Bold", "-Oblique"))
    return tuple(str(path) for path in found if path.exists())

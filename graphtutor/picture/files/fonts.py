"""How wide text is, from a table of DejaVu Sans, and where the font files lie.

The table (1/1000 em, "regular" and "bold"; the letters of names are as wide in oblique) is committed,
so that drawing imports no font library. matplotlib ships the font files themselves (Bitstream Vera
licence); they are found without importing it. `measured` makes the table anew.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterable
from functools import cache
from itertools import repeat
from pathlib import Path

FAMILY = "DejaVu Sans"
STACK = f"'{FAMILY}', Verdana, 'Bitstream Vera Sans', sans-serif"
WIDEST = 1000
TABLE = Path(__file__).parent / "widths.json"
# Latin, modifier letters, Greek, raised and lowered letters, punctuation to letterlike signs, arrows and operators, shapes, brackets, double-struck digits
BLOCKS = ((0x20, 0x7E), (0xA0, 0x17F), (0x2B0, 0x2DD), (0x370, 0x3FF), (0x1D2C, 0x1D6A), (0x2000, 0x20AF), (0x2100, 0x214F), (0x2190, 0x22FF), (0x2308, 0x230B), (0x25A0, 0x25FF),
          (0x27E6, 0x27EB), (0x2C7C, 0x2C7D), (0x1D7D8, 0x1D7E1))  # fmt: skip
STYLES = {"regular": "", "bold": "-Bold", "oblique": "-Oblique", "bold oblique": "-BoldOblique"}


@cache
def table(weight: str) -> dict[str, int]:
    """Return the advance width of every character of a weight, "regular" or "bold", in 1/1000 em."""
    groups = json.loads(TABLE.read_text(encoding="utf-8"))[weight]
    return {char: int(width) for width, chars in groups.items() for char in chars}


@cache
def ems(text: str, bold: bool) -> int:
    widths = table("bold" if bold else "regular")
    return sum(widths.get(c, WIDEST) for c in text)


def width(text: str, size: float, bold: bool = False) -> float:
    """Return the width of `text` in points at `size`; an unknown character counts as one em.

    >>> round(width("w₀", 10), 2)
    12.19
    """
    return ems(text, bold) * size / 1000


def wrapped(text: str, room: float, size: float) -> list[str]:
    """Return `text` broken into lines that fit `room` points; a word longer than that is broken too.

    >>> wrapped("a sum hands it on", 50, 10)
    ['a sum', 'hands it', 'on']
    """
    if text.isprintable() and sum(map(table("regular").get, text, repeat(WIDEST))) * size / 1000 <= room:
        return [" ".join(text.split())]  # the whole fits on a line, as most captions do
    lines: list[str] = [""]
    have = 0  # 1/1000 em in the last line
    for word in text.split():
        longer = have + ems(" ", False) * bool(lines[-1]) + ems(word, False)
        if longer * size / 1000 <= room:
            lines[-1], have = f"{lines[-1]} {word}".lstrip(), longer
            continue
        if lines[-1]:
            lines.append("")
        for char in word:
            if lines[-1] and width(lines[-1] + char, size) > room:
                lines.append("")
            lines[-1] += char
        have = ems(lines[-1], False)
    return lines


@cache
def folder() -> Path | None:
    """Return the folder of matplotlib's font files, or None without matplotlib."""
    spec = importlib.util.find_spec("matplotlib")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations))) / "mpl-data" / "fonts" / "ttf"


@cache
def files() -> tuple[str, ...]:
    """Return the paths of DejaVu Sans in its four styles; empty if they are not installed."""
    where = folder()
    found = [] if where is None else [where / f"DejaVuSans{style}.ttf" for style in STYLES.values()]
    return tuple(str(path) for path in found if path.exists())


def measured(path: str | Path, characters: Iterable[str] | None = None) -> dict[str, str]:
    """Return the advance widths of a font file as the table holds them: 1/1000 em → its characters (those of BLOCKS)."""
    from matplotlib.ft2font import FT2Font, LoadFlags

    font = FT2Font(str(path))
    known = font.get_charmap()
    groups: dict[int, list[str]] = {}
    for char in (
        characters if characters is not None else (chr(k) for first, last in BLOCKS for k in range(first, last + 1))
    ):
        if ord(char) in known:
            glyph = font.load_char(ord(char), LoadFlags.NO_SCALE)
            groups.setdefault(round(glyph.horiAdvance * 1000 / font.units_per_EM), []).append(char)
    return {str(w): "".join(chars) for w, chars in sorted(groups.items())}


def regenerate() -> None:
    """Write the table anew from the font files."""
    found = {weight: measured(file) for weight, file in zip(("regular", "bold"), files(), strict=False)}
    TABLE.write_text(json.dumps(found, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")

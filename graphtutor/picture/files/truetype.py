"""A TrueType font as a PDF embeds it: which glyph a letter is, how wide, and a file with the glyphs in use alone.

Tables as in the OpenType specification; glyphs keep their numbers, those that are not used are empty.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np

KEPT = ("cvt ", "fpgm", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "prep")
MORE, WIDE, ONE, TWO, FOUR = 0x20, 1, 8, 0x40, 0x80  # flags of a glyph made of others


class TrueType:
    """A font file; `used`: its glyphs that were asked for, each with its letter."""

    def __init__(self, path: str):
        data = Path(path).read_bytes()
        entries = (struct.unpack_from(">4sIII", data, 12 + 16 * k) for k in range(struct.unpack_from(">H", data, 4)[0]))
        self.tables = {tag.decode(): data[at : at + length] for tag, _, at, length in entries}
        self.name = Path(path).stem
        self.used: dict[int, str] = {0: " "}
        head, across = self.tables["head"], self.tables["hhea"]
        self.unit: float = 1000 / struct.unpack_from(">H", head, 18)[0]
        self.box = [self.scaled(v) for v in struct.unpack_from(">4h", head, 36)]
        self.ascent, self.descent = (self.scaled(v) for v in struct.unpack_from(">2h", across, 4))
        self.slant = struct.unpack_from(">i", self.tables["post"], 4)[0] // 65536
        self.wide = struct.unpack_from(">H", across, 34)[0]
        long = struct.unpack_from(">h", head, 50)[0]
        self.at = np.frombuffer(self.tables["loca"], ">u4" if long else ">u2").astype(int) * (1 if long else 2)
        self.map = dict(self.letters())

    def scaled(self, value: int) -> int:
        return round(value * self.unit)

    def letters(self) -> Iterator[tuple[int, int]]:
        """Yield each code point with its glyph, from format 12 of the table `cmap`."""
        table = self.tables["cmap"]
        starts = (struct.unpack_from(">HHI", table, 4 + 8 * k)[2] for k in range(struct.unpack_from(">H", table, 2)[0]))
        formats = {struct.unpack_from(">H", table, at)[0]: at for at in starts}
        at = formats[12]
        for k in range(struct.unpack_from(">I", table, at + 12)[0]):
            first, last, glyph = struct.unpack_from(">III", table, at + 16 + 12 * k)
            yield from zip(range(first, last + 1), range(glyph, glyph + last - first + 1), strict=True)

    def glyphs(self, text: str) -> str:
        """Return the glyphs of a text as four hexadecimal digits each, and note that they are used."""
        found = [self.map.get(ord(char), 0) for char in text]
        self.used |= {glyph: char for glyph, char in zip(found, text, strict=True) if glyph}
        return "".join([f"{glyph:04X}" for glyph in found])

    def width(self, glyph: int) -> int:
        return self.scaled(struct.unpack_from(">H", self.tables["hmtx"], 4 * min(glyph, self.wide - 1))[0])

    def outline(self, glyph: int) -> bytes:
        return self.tables["glyf"][self.at[glyph] : self.at[glyph + 1]]

    def parts(self, outline: bytes) -> Iterator[int]:
        """Yield the glyphs that a glyph is made of, none for one with an outline of its own."""
        at, flags = 10, MORE if outline and struct.unpack_from(">h", outline)[0] < 0 else 0
        while flags & MORE:
            flags, glyph = struct.unpack_from(">HH", outline, at)
            yield glyph
            at += (
                4 + (4 if flags & WIDE else 2) + (2 if flags & ONE else 4 if flags & TWO else 8 if flags & FOUR else 0)
            )

    def subset(self) -> bytes:
        """Return a font file with the glyphs in use."""
        kept, todo = set[int](), list(self.used)
        while todo:
            glyph = todo.pop()
            if glyph not in kept:
                kept.add(glyph)
                todo.extend(self.parts(self.outline(glyph)))
        lengths = np.zeros(len(self.at), int)
        outlines = [self.outline(glyph) for glyph in sorted(kept)]
        lengths[[glyph + 1 for glyph in sorted(kept)]] = [len(o) for o in outlines]
        head = self.tables["head"]
        new = self.tables | {"glyf": b"".join(outlines), "loca": np.cumsum(lengths).astype(">u4").tobytes(),
                             "head": head[:8] + bytes(4) + head[12:50] + b"\0\1" + head[52:]}  # fmt: skip
        tables = [(tag, new[tag]) for tag in KEPT if tag in new]
        out, body, at = (
            struct.pack(">IHHHH", 0x10000, len(tables), 128, 3, 16 * len(tables) - 128),
            b"",
            12 + 16 * len(tables),
        )
        for tag, table in tables:
            padded = table + bytes(-len(table) % 4)
            total = int(np.frombuffer(padded, ">u4").sum(dtype=np.uint64)) & 0xFFFFFFFF
            out += struct.pack(">4sIII", tag.encode(), total, at + len(body), len(table))
            body += padded
        return out + body

"""SVG → PDF, written out here: no library is imported that takes longer than the picture, and the font is embedded.

The shapes stay shapes and the text stays text that can be searched and copied. An SVG's units and its direction of y are those
of the page (one matrix), so that numbers pass as they are.
"""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
import zlib
from collections.abc import Callable, Iterator, Mapping

from ...errors import LearnerError
from .fonts import STYLES, files, width
from .raster import size, viewed
from .truetype import TrueType

SVG = "{http://www.w3.org/2000/svg}"
NUMBERS = re.compile(r"[MCHVLZ]|-?[\d.]+(?:e-?\d+)?")
ARC = 0.5523  # of a radius: how far the handles of a quarter of a circle reach
NAMED = {"black": "#000000", "white": "#ffffff"}
UNICODE = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def /CMapName /Text def\n1 begincodespacerange <0000> <FFFF> endcodespacerange\n{}\nendcmap end end"


class Pages:
    """The numbered objects of a PDF, the fonts that its pages share and how much shines through."""

    def __init__(self) -> None:
        self.objects: list[bytes] = [b"", b""]  # the catalogue and the list of pages, known at the end
        self.fonts: dict[str, TrueType] = {}
        self.shades: dict[str, str] = {}

    def add(self, content: str | bytes) -> int:
        self.objects.append(content.encode("latin-1") if isinstance(content, str) else content)
        return len(self.objects)

    def stream(self, data: bytes, told: str = "") -> int:
        packed = zlib.compress(data, 6)
        head = f"<< {told} /Length {len(packed)} /Filter /FlateDecode >>\nstream\n"
        return self.add(head.encode() + packed + b"\nendstream")

    def font(self, style: str) -> TrueType:
        """Return the font of a style, whose letters in use are noted in it."""
        if style not in self.fonts:
            self.fonts[style] = TrueType(dict(zip(STYLES, files(), strict=True))[style])
        return self.fonts[style]

    def embedded(self, font: TrueType) -> int:
        """Return the object of a font with the letters that were used."""
        name = f"GTUTOR+{font.name}"
        file = self.stream(font.subset())
        low, high, slant = (font.ascent, font.descent, font.slant)
        about = self.add(
            f"<< /Type /FontDescriptor /FontName /{name} /Flags 4 /FontBBox [{' '.join(map(str, font.box))}] /ItalicAngle {slant}"
            f" /Ascent {low} /Descent {high} /CapHeight {low} /StemV 80 /FontFile2 {file} 0 R >>"
        )
        widths = " ".join(f"{glyph} [{font.width(glyph)}]" for glyph in sorted(font.used))
        cid = self.add(
            f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{name} /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"
            f" /FontDescriptor {about} 0 R /CIDToGIDMap /Identity /W [{widths}] >>"
        )
        told = [
            f"<{glyph:04X}> <{char.encode('utf-16-be').hex().upper()}>" for glyph, char in sorted(font.used.items())
        ]
        blocks = (told[k : k + 100] for k in range(0, len(told), 100))
        lines = "\n".join(f"{len(block)} beginbfchar\n{chr(10).join(block)}\nendbfchar" for block in blocks)
        unicode = self.stream(UNICODE.format(lines).encode())
        return self.add(
            f"<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H /DescendantFonts [{cid} 0 R] /ToUnicode {unicode} 0 R >>"
        )

    def written(self, pages: list[tuple[float, float, str]]) -> bytes:
        """Return the file of pages, each as its width, height and content."""
        fonts = " ".join(f"/{tag(style)} {self.embedded(font)} 0 R" for style, font in self.fonts.items())
        shades = " ".join(f"/{name} << /ca {share} >>" for share, name in self.shades.items())
        common = self.add(f"<< /Font << {fonts} >> /ExtGState << {shades} >> >>")
        kids = []
        for wide, high, content in pages:
            body = self.stream(content.encode("latin-1"))
            box = f"[0 0 {number(wide)} {number(high)}]"
            kids.append(
                self.add(
                    f"<< /Type /Page /Parent 2 0 R /MediaBox {box} /Resources {common} 0 R /Contents {body} 0 R >>"
                )
            )
        self.objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
        self.objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{k} 0 R' for k in kids)}] >>".encode()
        about = self.add("<< /Creator (graphtutor) >>")
        out, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
        for k, content_of in enumerate(self.objects, 1):
            places.append(len(out))
            out += b"%d 0 obj\n%s\nendobj\n" % (k, content_of)
        table = "".join(f"{place:010d} 00000 n \n" for place in places)
        size_of = len(places) + 1
        end = f"xref\n0 {size_of}\n0000000000 65535 f \n{table}trailer\n<< /Size {size_of} /Root 1 0 R /Info {about} 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
        return bytes(out) + end.encode()


def pdf(*svgs: str) -> bytes:
    """Return SVG pictures of ours as PDF, a page each: vector shapes, and text in the embedded font."""
    if not files():
        raise LearnerError("PDF needs the fonts of matplotlib; install it with 'pip install matplotlib', or write .svg")
    pages = Pages()
    drawn = []
    for svg in svgs:
        (wide, high), (_, _, units, _) = size(svg), viewed(svg)
        scale = number(wide / units)
        shapes = (
            DRAWN[kind](pages, element)
            for element in ET.fromstring(svg).iter()
            if (kind := element.tag.removeprefix(SVG)) in DRAWN
        )
        drawn.append((wide, high, "\n".join([f"{scale} 0 0 -{scale} 0 {number(high)} cm", *shapes])))
    return pages.written(drawn)


def number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


def tag(style: str) -> str:
    return "F" + style.replace(" ", "")


def colour(name: str) -> str:
    """Return a colour of SVG as three shares.

    >>> colour("#ff0033")
    '1 0 0.2'
    """
    digits = NAMED.get(name, name).lstrip("#")
    digits = digits if len(digits) == 6 else "".join(2 * d for d in digits)
    return " ".join(number(int(digits[k : k + 2], 16) / 255) for k in (0, 2, 4))


def painted(pages: Pages, element: ET.Element, way: str, filled: bool = True) -> str:
    """Return the way of a shape, filled and stroked in its colours."""
    fill, stroke = element.get("fill", "black") if filled else "none", element.get("stroke", "none")
    thick = element.get("stroke-width", "1")
    if float(thick) == 0:
        stroke = "none"
    if fill == stroke == "none":
        return ""
    share = element.get("fill-opacity")
    shade = f"/{pages.shades.setdefault(share, f'G{len(pages.shades)}')} gs" if share else ""
    paint = {(True, True): "B", (True, False): "f", (False, True): "S"}[fill != "none", stroke != "none"]
    dashes = element.get("stroke-dasharray", "").replace(",", " ")
    pen = [
        f"{colour(fill)} rg" if fill != "none" else "",
        f"{colour(stroke)} RG {thick} w" if stroke != "none" else "",
        f"[{dashes}] 0 d" if dashes else "",
    ]
    return " ".join(["q", *filter(None, [shade, *pen]), way, paint, "Q"])


def rect(pages: Pages, element: ET.Element) -> str:
    x, y, w, h, r = (float(element.get(key, "0")) for key in ("x", "y", "width", "height", "rx"))
    if not r:
        return painted(pages, element, f"{number(x)} {number(y)} {number(w)} {number(h)} re")
    r = min(r, w / 2, h / 2)
    way = [f"{number(x + r)} {number(y)} m"]
    corners = ((x + w, y, 1, 0, 0, 1), (x + w, y + h, 0, 1, -1, 0), (x, y + h, -1, 0, 0, -1), (x, y, 0, -1, 1, 0))
    for cx, cy, ax, ay, bx, by in corners:  # along (ax, ay) up to the corner, round it, on along (bx, by)
        near, end, reach = (cx - r * ax, cy - r * ay), (cx + r * bx, cy + r * by), r * (1 - ARC)
        handles = (cx - reach * ax, cy - reach * ay, cx + reach * bx, cy + reach * by)
        way += [f"{' '.join(map(number, near))} l", f"{' '.join(map(number, (*handles, *end)))} c"]
    return painted(pages, element, " ".join([*way, "h"]))


def curve(pages: Pages, element: ET.Element) -> str:
    """Return a path of M, C, H, V, L and Z."""
    way: list[str] = []
    here, letter = ["0", "0"], "M"
    tokens = iter(NUMBERS.findall(element.get("d", "")))
    for token in tokens:
        if token in "MCHVLZ":
            letter = token
            way += ["h"] if letter == "Z" else []
            continue
        if letter in "HV":
            here = [token, here[1]] if letter == "H" else [here[0], token]
            way.append(f"{' '.join(here)} l")
            continue
        given = [token, *(next(tokens) for _ in range(5 if letter == "C" else 1))]
        here = given[-2:]
        way.append(f"{' '.join(given)} {letter.lower()}")
        letter = "L" if letter == "M" else letter
    return painted(pages, element, " ".join(way), filled=False)


def polygon(pages: Pages, element: ET.Element) -> str:
    corners = [pair.replace(",", " ") for pair in element.get("points", "").split()]
    return painted(pages, element, " ".join([*(f"{c} {'l' if k else 'm'}" for k, c in enumerate(corners)), "h"]))


def runs_of(element: ET.Element) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the runs of a line of text, each with its look: its tspans one after the other, or the whole."""
    if len(element):
        yield from ((run.text or "", {**element.attrib, **run.attrib}) for run in element)
    else:
        yield element.text or "", element.attrib


def words(pages: Pages, element: ET.Element) -> str:
    x, y, points = (float(element.get(key, "0")) for key in ("x", "y", "font-size"))
    runs = list(runs_of(element))
    room = math.fsum(width(text, points, "font-weight" in look) for text, look in runs)
    x -= {"middle": room / 2, "end": room}.get(element.get("text-anchor", "start"), 0.0)
    told = []
    for text, look in runs:
        style = " ".join(word for word, key in (("bold", "font-weight"), ("oblique", "font-style")) if key in look)
        style = style or "regular"
        glyphs = pages.font(style).glyphs(text)
        told.append(
            f"BT {colour(look.get('fill', 'black'))} rg /{tag(style)} {number(points)} Tf 1 0 0 -1 {number(x)} {number(y)} Tm <{glyphs}> Tj ET"
        )
        x += width(text, points, "font-weight" in look)
    return "\n".join(told)


DRAWN: dict[str, Callable[[Pages, ET.Element], str]] = {"rect": rect, "path": curve, "polygon": polygon, "text": words}

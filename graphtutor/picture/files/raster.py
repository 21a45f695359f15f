"""SVG → PNG by resvg, with the fonts that matplotlib ships (a machine without fonts draws the same); several → one GIF."""

from __future__ import annotations

import io
import math
import re
import struct
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from ...errors import LearnerError
from .fonts import FAMILY, files
from .inbetweens import SMALLEST_PART, Area, area, changed, things

MOST_PIXELS = 4000


def png(svg: str, scale: float = 2.0) -> bytes:
    """Return PNG bytes of an SVG picture at `scale` pixels a point, at most 4000 pixels wide and high."""
    try:
        import resvg_py
    except ImportError:
        raise LearnerError("PNG needs resvg-py; install it with 'pip install resvg-py', or write .svg") from None
    wide, high = size(svg)
    data = resvg_py.svg_to_bytes(svg_string=svg, zoom=min(scale, MOST_PIXELS / wide, MOST_PIXELS / high), dpi=96, skip_system_fonts=True,
                                 font_files=list(files()), font_family=FAMILY, sans_serif_family=FAMILY)  # fmt: skip
    return signed(bytes(data))


def signed(data: bytes) -> bytes:
    """Return a PNG with the name of its maker, by which later runs know their own files (a tEXt chunk after the header)."""
    text = b"Software\0graphtutor"
    chunk = struct.pack(">I", len(text)) + b"tEXt" + text + struct.pack(">I", zlib.crc32(b"tEXt" + text))
    return data[:33] + chunk + data[33:]


def size(svg: str) -> tuple[float, float]:
    """Return the width and height that an SVG picture states.

    >>> size('<svg width="20pt" height="10.5pt" viewBox="0 0 20 10.5">')
    (20.0, 10.5)
    """
    head = svg[svg.index("<svg") :].split(">", 1)[0]
    wide, high = (re.search(rf' {side}="([\d.]+)', head) for side in ("width", "height"))
    assert wide is not None and high is not None, "a picture without a size"
    return float(wide[1]), float(high[1])


SCALE, MOST_WIDE = 1.25, 1600  # pixels a point of a GIF, and pixels at most
MOST, STEPS = 256, 5  # colours of a GIF, and steps from each to the ground
HEX = re.compile(r"#[0-9A-Fa-f]{6}")


def gif(svgs: Iterable[str], seconds: float = 1.6) -> bytes:
    """Return an animation of pictures, at most 1,600 pixels wide, without dither; the last one is shown three times as long.

    The palette is that of the colours which the drawings name and what lies between them; of each picture only what differs
    from the one before is painted, and one picture is held at a time.
    """
    try:
        from PIL import Image
    except ImportError:
        raise LearnerError(
            "GIF needs Pillow; install it with 'pip install pillow', or write a folder of steps"
        ) from None
    drawings = list(svgs)
    palette = shared(drawings)

    def sheets() -> Iterator[Any]:
        for indices in painted(drawings, palette):
            sheet = Image.fromarray(indices)
            sheet.putpalette(palette.astype(np.uint8).tobytes())
            yield sheet

    times = [int(seconds * 1000)] * (len(drawings) - 1) + [int(seconds * 3000)]
    out, rest = io.BytesIO(), sheets()
    next(rest).save(out, format="GIF", save_all=True, append_images=rest, duration=times, loop=0, optimize=False)
    return out.getvalue()


def painted(drawings: Sequence[str], palette: Any) -> Iterator[Any]:
    """Yield every picture as the numbers of its colours in the palette."""
    wide, high = (max(size(svg)[side] for svg in drawings) for side in (0, 1))
    scale = min(SCALE, MOST_WIDE / wide)
    nearest = Nearest(palette)
    sheet = np.zeros((math.ceil(high * scale), math.ceil(wide * scale)), dtype=np.uint8)
    before: list[str] = []
    for svg in drawings:
        head, lines = things(svg)
        patches = changed(before, lines) if before and lines else []
        share = sum((a.right - a.left) * (a.bottom - a.top) for a in patches) / viewed(svg)[2] / viewed(svg)[3]
        sheet = sheet.copy()
        if not before or not lines or share > SMALLEST_PART:
            pixels = nearest(rgb(svg, scale))
            sheet[: pixels.shape[0], : pixels.shape[1]] = pixels[: sheet.shape[0], : sheet.shape[1]]
        else:
            for patch in patches:
                repaint(sheet, head, lines, patch, scale, nearest)
        before = lines
        yield sheet


def repaint(sheet: Any, head: str, lines: Sequence[str], patch: Area, scale: float, nearest: Nearest) -> None:
    """Paint one rectangle of a picture anew, on whole pixels."""
    dots = scale * size(head)[0] / viewed(head)[2]  # pixels a unit
    left, top = max(0, math.floor(patch.left * dots)), max(0, math.floor(patch.top * dots))
    right, bottom = (
        min(sheet.shape[1], math.ceil(patch.right * dots)),
        min(sheet.shape[0], math.ceil(patch.bottom * dots)),
    )
    if right <= left or bottom <= top:
        return
    here = Area(left / dots, top / dots, right / dots, bottom / dots)
    inside = [line for line in lines if (found := area(line)) and found.meets(here)]
    box = f"{here.left:.6f} {here.top:.6f} {here.right - here.left:.6f} {here.bottom - here.top:.6f}"
    start = re.sub(
        r'width="[\d.]+" height="[\d.]+" viewBox="[^"]*"',
        f'width="{right - left}" height="{bottom - top}" viewBox="{box}"',
        head,
        count=1,
    )
    pixels = nearest(rgb("\n".join([start, *inside, "</svg>"]), 1.0))
    sheet[top:bottom, left:right] = pixels[: bottom - top, : right - left]


def viewed(svg: str) -> tuple[float, float, float, float]:
    """Return the corner and the size of a picture in its own units."""
    found = re.search(r'viewBox="([^"]*)"', svg[:600])
    if found is None:
        return (0.0, 0.0, *size(svg))
    x, y, w, h = map(float, found[1].split())
    return x, y, w, h


def rgb(svg: str, scale: float) -> Any:
    """Return a picture as packed colours, a number a pixel."""
    from PIL import Image

    with Image.open(io.BytesIO(png(svg, scale))) as image:
        red, green, blue = np.moveaxis(np.asarray(image.convert("RGB"), dtype=np.int32), -1, 0)
    return (red << 16) + (green << 8) + blue


class Nearest:
    """Finds the number of the nearest colour of a palette; each colour that is met is looked for once."""

    def __init__(self, palette: Any):
        self.palette = palette
        self.known = np.full(1 << 24, MOST, dtype=np.uint16)

    def __call__(self, colours: Any) -> Any:
        found = self.known[colours]
        new = np.unique(colours[found == MOST])
        if new.size:
            away = ((channels(new)[:, None, :] - self.palette[None, :, :]) ** 2).sum(axis=2)
            self.known[new] = away.argmin(axis=1)
            found = self.known[colours]
        return found.astype(np.uint8)


def shared(svgs: Sequence[str]) -> Any:
    """Return one palette for all pictures, as rows of three channels.

    In it stand the colours that the drawings name, as they are, and what lies between any two of them where they are few, for
    the edges of letters and lines; between each and the commonest where they are many.
    """
    met = Counter(int(text[1:], 16) for svg in svgs for text in HEX.findall(svg))
    named = [colour for colour, _ in met.most_common()]
    if len(named) <= 15:
        base = channels(np.array(named or [0xFFFFFF]))
        pairs = [base[i] + (base[j] - base[i]) * k // 3 for i in range(len(base)) for j in range(i) for k in (1, 2)]
        return np.concatenate([base, np.array(pairs).reshape(-1, 3)])[:MOST]
    ground = 0xFFFFFF if 0xFFFFFF in met else named[0]
    base = channels(np.array([ground, *(c for c in named if c != ground)][: MOST // STEPS]))
    return np.concatenate([base[0] + (base - base[0]) * k // STEPS for k in range(STEPS, 0, -1)])


def channels(colours: Any) -> Any:
    """Return packed colours as rows of three channels."""
    return np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1)

"""SVG → PNG by resvg, with the fonts that matplotlib ships (a machine without fonts draws the same); several → one GIF."""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ...errors import LearnerError
from .fonts import FAMILY, files

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


SCALE = 1.25
MOST, STEPS = 256, 5  # colours of a GIF, and steps from each to the ground
HEX = re.compile(r"#[0-9A-Fa-f]{6}")


def gif(svgs: Iterable[str], seconds: float = 1.6) -> bytes:
    """Return an animation of pictures, one shared palette, without dither; the last one is shown three times as long."""
    try:
        from PIL import Image
    except ImportError:
        raise LearnerError(
            "GIF needs Pillow; install it with 'pip install pillow', or write a folder of steps"
        ) from None
    drawings = list(svgs)
    images = []
    for svg in drawings:
        with Image.open(io.BytesIO(png(svg, SCALE))) as image:
            images.append(image.convert("RGB"))
    room = max(image.width for image in images), max(image.height for image in images)
    images = [image if image.size == room else image.crop((0, 0, *room)) for image in images]
    palette, nearest = shared(drawings, images)
    sheets = []
    for frame in images:
        red, green, blue = np.moveaxis(np.asarray(frame, dtype=np.int64), -1, 0)
        sheet = Image.fromarray(nearest[(red << 16) + (green << 8) + blue])
        sheet.putpalette(palette.astype(np.uint8).tobytes())
        sheets.append(sheet)
    times = [int(seconds * 1000)] * (len(sheets) - 1) + [int(seconds * 3000)]
    out = io.BytesIO()
    sheets[0].save(out, format="GIF", save_all=True, append_images=sheets[1:], duration=times, loop=0)
    return out.getvalue()


def shared(svgs: Sequence[str], images: Sequence[Any]) -> tuple[Any, Any]:
    """Return one palette for all images, and for every packed colour the number of its nearest in it.

    In it stand the colours that the drawings name, as they are, and steps from each to the ground,
    for the edges of letters and lines.
    """
    met: Counter[int] = sum(
        (Counter({packed(colour): n for n, colour in image.getcolors(1 << 24)}) for image in images), Counter()
    )
    named = {int(text[1:], 16) for svg in svgs for text in HEX.findall(svg)} | {met.most_common(1)[0][0]}
    ground, *others = sorted(named, key=lambda colour: (-met[colour], colour))
    base = channels(np.array([ground, *others[: MOST // STEPS - 1]]))
    palette = np.concatenate([base[0] + (base - base[0]) * k // STEPS for k in range(STEPS, 0, -1)])
    nearest = np.zeros(1 << 24, dtype=np.uint8)
    colours = np.array(sorted(met))
    nearest[colours] = [int(((palette - colour) ** 2).sum(axis=1).argmin()) for colour in channels(colours)]
    return palette, nearest


def packed(colour: Any) -> int:
    """Return a colour of three channels as one number.

    >>> packed((1, 0, 2))
    65538
    """
    red, green, blue = colour
    return int(red) << 16 | int(green) << 8 | int(blue)


def channels(colours: Any) -> Any:
    """Return packed colours as rows of three channels."""
    return np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1)

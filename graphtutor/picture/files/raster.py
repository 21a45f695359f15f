"""SVG → PNG by resvg, with the fonts that matplotlib ships: a machine without fonts draws the same."""

from __future__ import annotations

import re
import struct
import zlib

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

"""SVG → PNG by resvg, with the fonts that matplotlib ships, so that a machine without fonts draws the same."""

from __future__ import annotations

import io

from ..errors import LearnerError
from .fonts import FAMILY, files

WIDEST = 4000


def png(svg: str, scale: float = 2.0) -> bytes:
    """Return PNG bytes of an SVG picture at `scale` pixels a point, at most 4000 pixels wide."""
    try:
        import resvg_py
    except ImportError:
        raise LearnerError("PNG needs resvg-py; install it with 'pip install resvg-py', or write .svg") from None
    wide = float(svg.split('width="', 1)[1].split('"', 1)[0])
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=min(scale, WIDEST / wide), dpi=96, skip_system_fonts=True, font_files=list(files()),
                                       font_family=FAMILY, sans_serif_family=FAMILY))  # fmt: skip


def pdf(svg: str) -> bytes:
    """Return a PDF page that holds the picture at 4 pixels a point (Pillow writes it; text is not selectable)."""
    from PIL import Image

    out = io.BytesIO()
    with Image.open(io.BytesIO(png(svg, 4.0))) as image:
        image.convert("RGB").save(out, format="PDF", resolution=288.0)
    return out.getvalue()


def gif(svgs: list[str], seconds: float = 1.4) -> bytes:
    """Return an animation of the pictures, one shared palette of 64 colours, the last one shown three times as long."""
    from PIL import Image

    images = [Image.open(io.BytesIO(png(s, 1.5))).convert("RGB") for s in svgs]
    size = max(i.width for i in images), max(i.height for i in images)
    sheets = []
    for image in images:
        sheet = Image.new("RGB", size, image.getpixel((0, 0)))
        sheet.paste(image, (0, 0))
        sheets.append(sheet)
    palette = sheets[-1].quantize(64, dither=Image.Dither.NONE)
    shown = [s.quantize(palette=palette, dither=Image.Dither.NONE) for s in sheets]
    times = [int(seconds * 1000)] * (len(shown) - 1) + [int(seconds * 3000)]
    out = io.BytesIO()
    shown[0].save(out, format="GIF", save_all=True, append_images=shown[1:], duration=times, loop=0)
    return out.getvalue()

"""Pictures one after the other, as a GIF."""

from __future__ import annotations

import io
from collections.abc import Iterable

from ..errors import LearnerError
from .raster import png

COLOURS, SCALE = 64, 1.25


def gif(svgs: Iterable[str], seconds: float = 1.6) -> bytes:
    """Return an animation of pictures, one shared palette, without dither; the last one is shown three times as long."""
    try:
        from PIL import Image
    except ImportError:
        raise LearnerError("GIF needs Pillow; install it with 'pip install pillow', or write a folder of steps") from None
    images = []
    for svg in svgs:
        with Image.open(io.BytesIO(png(svg, SCALE))) as image:
            images.append(image.convert("RGB"))
    room = max(image.width for image in images), max(image.height for image in images)
    images = [image if image.size == room else image.crop((0, 0, *room)) for image in images]
    # the palette of the picture with the most colours serves all: later steps light up what earlier ones have grey
    richest = max(images, key=lambda image: len(image.getcolors(1 << 24) or ()))
    palette = richest.quantize(COLOURS, dither=Image.Dither.NONE)
    sheets = [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in images]
    times = [int(seconds * 1000)] * (len(sheets) - 1) + [int(seconds * 3000)]
    out = io.BytesIO()
    sheets[0].save(out, format="GIF", save_all=True, append_images=sheets[1:], duration=times, loop=0)
    return out.getvalue()

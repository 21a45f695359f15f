"""Pictures one after the other, as a GIF."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..errors import LearnerError
from .raster import png

COLOURS, FLAT, SCALE = 64, 24, 1.25


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
    palette, nearest = shared(images)
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


def shared(images: Sequence[Any]) -> tuple[Any, Any]:
    """Return one palette for all images, and for every packed colour the number of its nearest in it.

    The commonest colours of all stand in it as they are, so that white stays white; the others are
    those in between of the image that has the most.
    """
    counted = [Counter({packed(colour): n for n, colour in image.getcolors(1 << 24)}) for image in images]
    flat = [colour for colour, _ in sum(counted, Counter()).most_common(FLAT)]
    richest = images[max(range(len(images)), key=lambda k: len(counted[k]))]
    blended = richest.quantize(COLOURS - FLAT, dither=0).convert("RGB").getcolors()
    palette = channels(np.array([*flat, *(packed(colour) for _, colour in blended)]))
    nearest = np.zeros(1 << 24, dtype=np.uint8)
    met = np.array(sorted(set().union(*counted)))
    nearest[met] = [int(((palette - colour) ** 2).sum(axis=1).argmin()) for colour in channels(met)]
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

"""SVG → PDF by matplotlib, which is there already, needs no system library and embeds the font.

The shapes stay shapes and the text stays text that can be searched and copied.
"""

from __future__ import annotations

import io
import math
import re
import xml.etree.ElementTree as ET
from typing import Any

from ...errors import LearnerError
from .fonts import STYLES, files, width
from .raster import size, viewed

SVG = "{http://www.w3.org/2000/svg}"
NUMBERS = re.compile(r"[MCHVL]|-?[\d.]+")


def pdf(*svgs: str) -> bytes:
    """Return SVG pictures of ours as PDF, a page each: vector shapes, and text in the embedded font."""
    try:
        from matplotlib import rc_context
        from matplotlib.backends.backend_pdf import FigureCanvasPdf, PdfPages
        from matplotlib.figure import Figure
    except ImportError:
        raise LearnerError("PDF needs matplotlib; install it with 'pip install matplotlib', or write .svg") from None
    out = io.BytesIO()
    about = {"Creator": "graphtutor", "Producer": None, "CreationDate": None}
    with rc_context({"pdf.fonttype": 42, "pdf.compression": 6}), PdfPages(out, metadata=about) as pages:
        for svg in svgs:
            (wide, high), (_, _, units, tall) = size(svg), viewed(svg)
            figure = Figure(figsize=(wide / 72, high / 72))
            FigureCanvasPdf(figure)  # type: ignore[no-untyped-call]
            axes = figure.add_axes((0, 0, 1, 1), xlim=(0, units), ylim=(tall, 0))
            axes.set_axis_off()
            for order, element in enumerate(ET.fromstring(svg).iter()):
                draw = DRAWN.get(element.tag.removeprefix(SVG))
                if draw is not None:
                    draw(axes, element, order, wide / units)
            pages.savefig(figure)
    return out.getvalue()


def pen(element: ET.Element, scale: float) -> dict[str, Any]:
    """Return the colours and strokes of an SVG element in matplotlib's words. `scale`: points a unit."""
    fill, stroke = element.get("fill", "black"), element.get("stroke", "none")
    look: dict[str, Any] = {
        "facecolor": fill,
        "edgecolor": stroke,
        "linewidth": float(element.get("stroke-width", "0")) * scale,
    }
    if element.get("fill-opacity"):
        look["alpha"] = float(element.get("fill-opacity", "1"))
    if element.get("stroke-dasharray"):
        look["linestyle"] = (
            0,
            tuple(float(d) * scale / look["linewidth"] for d in element.get("stroke-dasharray", "").split()),
        )
    return look


def rect(axes: Any, element: ET.Element, order: int, scale: float) -> None:
    from matplotlib.patches import FancyBboxPatch, Rectangle

    x, y, w, h, r = (float(element.get(key, "0")) for key in ("x", "y", "width", "height", "rx"))
    if r:
        axes.add_patch(
            FancyBboxPatch(
                (x, y),
                w,
                h,
                boxstyle=f"round,pad=0,rounding_size={r}",
                mutation_aspect=1,
                zorder=order,
                **pen(element, scale),
            )
        )
    else:
        axes.add_patch(Rectangle((x, y), w, h, zorder=order, **pen(element, scale)))


def curve(axes: Any, element: ET.Element, order: int, scale: float) -> None:
    """Draw a path of M, C, H, V and L."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    letter, codes = "M", []
    points: list[tuple[float, float]] = []
    numbers = iter(NUMBERS.findall(element.get("d", "")))
    for token in numbers:
        if token in "MCHVL":
            letter = token
            continue
        here = points[-1] if points else (0.0, 0.0)
        points.append(
            (float(token), here[1])
            if letter == "H"
            else (here[0], float(token))
            if letter == "V"
            else (float(token), float(next(numbers)))
        )
        codes.append({"M": Path.MOVETO, "C": Path.CURVE4}.get(letter, Path.LINETO))
    axes.add_patch(PathPatch(Path(points, codes), zorder=order, **(pen(element, scale) | {"facecolor": "none"})))


def polygon(axes: Any, element: ET.Element, order: int, scale: float) -> None:
    from matplotlib.patches import Polygon

    corners = [tuple(map(float, pair.split(","))) for pair in element.get("points", "").split()]
    axes.add_patch(Polygon(corners, closed=True, zorder=order, **pen(element, scale)))


def words(axes: Any, element: ET.Element, order: int, scale: float) -> None:
    """Draw a line of text: one run, or the runs of its tspans one after the other."""
    from matplotlib.font_manager import FontProperties

    x, y, points = (float(element.get(key, "0")) for key in ("x", "y", "font-size"))
    runs = [(run.text or "", {**element.attrib, **run.attrib}) for run in element] or [
        (element.text or "", dict(element.attrib))
    ]
    room = math.fsum(width(text, points, "font-weight" in look) for text, look in runs)
    x -= {"middle": room / 2, "end": room}.get(element.get("text-anchor", "start"), 0.0)
    for text, look in runs:
        style = (
            " ".join(word for word, key in (("bold", "font-weight"), ("oblique", "font-style")) if key in look)
            or "regular"
        )
        font = FontProperties(fname=dict(zip(STYLES, files(), strict=True))[style], size=points * scale)
        axes.text(
            x,
            y,
            text,
            color=look.get("fill", "black"),
            fontproperties=font,
            ha="left",
            va="baseline",
            parse_math=False,
            zorder=order,
        )
        x += width(text, points, "font-weight" in look)


DRAWN = {"rect": rect, "path": curve, "polygon": polygon, "text": words}

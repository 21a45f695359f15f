"""A plot as a value: a title, alt text, and a function that draws it; one look for all, and the same bytes each time.

Figures are built by matplotlib without pyplot: fixed style, fixed hash salt, no date.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from ...errors import LearnerError
from ...text import clean, written
from ..files.inks import LIGHT
from ..files.raster import gif

COLOURS = (
    "#0067A3",
    "#B93A08",
    "#00694E",
    "#7A3E9D",
    "#8A6D00",
    "#1E293B",
)  # told apart by the colour-blind too, each at least 4.5 to 1 on white
WASHES = ("#CFE6F5", "#FBDCCB", "#CDEBDD", "#E6D8F0", "#F3E8C2", "#DDE2E9")
DASHES: tuple[Any, ...] = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (6, 2, 1.5, 2)), (0, (1, 1)), "-")
MARKERS = "osD^vP"
STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans", "font.size": 10, "axes.edgecolor": LIGHT.line, "axes.labelcolor": LIGHT.ink, "axes.titlesize": 11, "axes.titlecolor": LIGHT.ink,
    "axes.titlelocation": "left", "axes.spines.top": False, "axes.spines.right": False, "axes.grid": False, "axes.axisbelow": True, "grid.color": "#E3E8EF", "grid.linewidth": 0.8,
    "xtick.color": LIGHT.muted, "ytick.color": LIGHT.muted, "legend.frameon": False, "legend.fontsize": 9, "lines.linewidth": 1.8, "figure.facecolor": "white",
    "svg.hashsalt": "graphtutor", "svg.fonttype": "path", "path.simplify": True, "axes.formatter.useoffset": False, "axes.unicode_minus": True,
}  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Plot:
    """A plot: a title, alt text, and a function that draws it on a new figure of `size` inches."""

    title: str
    alt: str
    draw: Callable[[Any], None]
    size: tuple[float, float] = (6.4, 4.2)

    def figure(self) -> Any:
        """Return the plot as a matplotlib Figure, to be changed further."""
        from matplotlib.figure import Figure

        with style():
            figure = Figure(figsize=self.size, layout="constrained")
            self.draw(figure)
        return figure

    def bytes(self, format: str = "svg") -> bytes:
        """Return the plot as "svg", "png" or "pdf", the same bytes each time."""
        title, alt = clean(self.title), clean(self.alt)
        metadata: dict[str, dict[str, Any]] = {
            "svg": {"Date": None, "Creator": None, "Title": title, "Description": alt},
            "png": {"Software": None, "Title": title, "Description": alt},
            "pdf": {"CreationDate": None, "Creator": None, "Producer": None, "Title": title, "Subject": alt},
        }
        if format not in metadata:
            raise LearnerError(f"'{format}' is no format of a plot; expected {', '.join(metadata)}")
        out = io.BytesIO()
        with style():
            self.figure().savefig(out, format=format, dpi=144, metadata=metadata[format])
        return titled(out.getvalue(), title, alt) if format == "svg" else out.getvalue()

    def save(self, target: str | Path) -> Path:
        """Write the plot to a file by its suffix: .svg, .png or .pdf."""
        place = Path(target)
        return written(place, self.bytes(place.suffix.removeprefix(".") or "svg"))

    def at(self, path: str | Path | None) -> Plot:
        """Return the plot itself, written to `path` if one is given."""
        if path is not None:
            self.save(path)
        return self

    def __repr__(self) -> str:
        return f"<Plot {self.title}>"

    def _repr_svg_(self) -> str:
        return self.bytes().decode()


def titled(data: bytes, title: str, alt: str) -> bytes:
    """Return SVG with the title and the alt text where screen readers look for them."""
    text = data.decode()
    end = text.index(">", text.index("<svg")) + 1
    head = text[: end - 1] + ' role="img">'
    return f"{head}\n <title>{escape(title)}</title>\n <desc>{escape(alt)}</desc>{text[end:]}".encode()


def style() -> AbstractContextManager[None]:
    """Return our own look for as long as a figure is made, whatever the user's is."""
    from matplotlib import rc_context, rcParamsDefault

    usual: dict[Any, Any] = dict(rcParamsDefault)
    usual.pop("backend")
    return rc_context(usual | STYLE)


def save_frames(plots: Sequence[Plot], target: str | Path) -> list[Path]:
    """Write plots into one .gif, or into a folder as 000.svg, 001.svg, …"""
    place = Path(target)
    if place.suffix == ".gif":
        return [written(place, gif([p.bytes().decode() for p in plots], 0.5))]
    if place.suffix:
        raise LearnerError(f"'{place.suffix}' holds one picture, and these are {len(plots)}; give a .gif or a folder")
    return [written(place / f"{k:03d}.svg", p.bytes("svg")) for k, p in enumerate(plots)]

"""Pictures to files: every step into a folder, one step, an animation or a page into one file; written, then renamed."""

from __future__ import annotations

import os
import re
import tempfile
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import LearnerError
from ..graphs import Graph
from ..trace import Trace
from . import dot
from .animate import gif
from .frames import Frame, film
from .layout import Layout, arrange
from .page import page
from .pdf import pdf
from .raster import png
from .svg import colours, paint

if TYPE_CHECKING:
    import graphviz

ONE = ("svg", "png", "pdf", "dot")
MANY = ("gif", "html")
FRAME = re.compile(r"\d{3,}\.(svg|png|pdf|dot)")
SIGNATURE = b"graphtutor"


class Painter:
    """A film laid out once; each frame painted when asked for.

    `theme`: "light" or "dark"; `palette`: "default" or "cs231n"; `direction`: "LR" or "TB"; `digits`:
    significant digits; `engine`: "pygraphviz" or "dot". Raises LearnerError for anything else.
    """

    def __init__(self, walked: Trace | Graph, *, theme: str = "light", palette: str = "default", direction: str = "LR", digits: int = 4, engine: str = "pygraphviz"):
        colours(theme, palette)
        if not 1 <= digits <= 17:
            raise LearnerError(f"digits={digits} is not possible; expected 1 to 17")
        self.frames = film(walked, digits)
        self.theme, self.palette, self.direction, self.engine = theme, palette, direction, engine

    @cached_property
    def layout(self) -> Layout:
        return arrange(self.frames, self.direction, self.engine)

    def frame(self, step: int | None) -> Frame:
        """Return a frame by number, -1 or None the last; LearnerError if there is none."""
        k = len(self.frames) - 1 if step is None else step
        if not -len(self.frames) <= k < len(self.frames):
            raise LearnerError(f"there is no step {k}; this trace has steps 0 to {len(self.frames) - 1}")
        return self.frames[k]

    def svg(self, step: int | None = None) -> str:
        return paint(self.frame(step), self.layout, self.theme, self.palette)

    def dot(self, step: int | None = None) -> graphviz.Source:
        return dot.source(self.frame(step), self.layout, self.theme, self.palette)

    def page(self, theme: str | None = None) -> str:
        return page(self.frames, self.layout, theme, self.palette)

    def bytes(self, step: int | None, format: str) -> bytes:
        """Return one picture, an animation or a page as bytes."""
        if format == "gif":
            return gif(self.svg(k) for k in range(len(self.frames)))
        if format == "html":
            return self.page(None if self.theme == "light" else self.theme).encode()
        if format == "dot":
            return str(self.dot(step).source).encode()
        svg = self.svg(step)
        return png(svg) if format == "png" else pdf(svg) if format == "pdf" else svg.encode()


def save(walked: Trace | Graph, path: str | os.PathLike[str], step: int | None = None, format: str | None = None, **look: object) -> list[Path]:
    """Write pictures and return their paths.

    A path without a suffix is a folder: every step goes to `000.svg`, `001.svg`, … (`format` svg, png,
    pdf or dot); frames drawn there earlier are replaced and nothing else is touched; with `step`, that
    one alone is written. A path with a suffix gets one picture (`step`, the last if left out), an
    animation (.gif) or an interactive page (.html). Raises LearnerError for an unknown suffix or a
    place that cannot be written.
    """
    target = Path(path)
    kind = chosen(target, format)
    painter = Painter(walked, **look)  # type: ignore[arg-type]
    painter.frame(step)
    if target.suffix:
        return [written(target, painter.bytes(step, kind))]
    if step is not None:
        k = painter.frame(step).index
        return [written(target / f"{k:03d}.{kind}", painter.bytes(k, kind))]
    old = own(target)
    made = [written(target / f"{k:03d}.{kind}", painter.bytes(k, kind)) for k in range(len(painter.frames))]
    for path_ in old - set(made):
        path_.unlink(missing_ok=True)
    return made


def chosen(target: Path, format: str | None) -> str:
    """Return the format that a path and a wish ask for, or raise a LearnerError that names those there are."""
    suffix = target.suffix.removeprefix(".").lower()
    if suffix and suffix not in (*ONE, *MANY):
        raise LearnerError(f"'{target.suffix}' is no format of pictures; expected {', '.join('.' + s for s in (*ONE, *MANY))}, or a folder name")
    kind = format or suffix or "svg"
    if kind not in (*ONE, *MANY):
        raise LearnerError(f"format='{kind}' is no format of pictures; expected {', '.join((*ONE, *MANY))}")
    if suffix and kind != suffix:
        raise LearnerError(f"'{target.name}' ends in .{suffix} and format is '{kind}'; leave format out, or name the file .{kind}")
    if not suffix and kind not in ONE:
        raise LearnerError(f"format='{kind}' holds every step in one file; name a file that ends in .{kind}")
    return kind


def own(folder: Path) -> set[Path]:
    """Return the frames in a folder that were drawn here: by their name and by the word that each of them carries."""
    if not folder.is_dir():
        return set()
    return {p for p in folder.iterdir() if FRAME.fullmatch(p.name) and p.is_file() and SIGNATURE in p.read_bytes()}


def written(path: Path, data: bytes) -> Path:
    """Write a file whole or not at all: to a temporary name beside it, then renamed."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
    except OSError as error:
        raise cannot(path, error) from None
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        Path(name).chmod(0o644)
        os.replace(name, path)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise cannot(path, error) from None
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path


def cannot(path: Path, error: OSError) -> LearnerError:
    return LearnerError(f"cannot write {path}: {(error.strerror or 'it failed').lower()}; choose another place with -o")

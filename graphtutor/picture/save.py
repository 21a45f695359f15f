"""Pictures to files: every step into a folder, one step or an animation into one file; written, then renamed."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import graphviz

from ..errors import LearnerError
from ..graphs import Graph
from ..trace import Trace
from .frames import Frame, film, still
from .layout import Layout, arrange
from .raster import gif, pdf, png
from .svg import paint

ONE = ("svg", "png", "pdf", "dot")
MANY = ("gif",)
FRAME = re.compile(r"\d{3,}\.(svg|png|pdf|dot)")


def dot(frame: Frame, layout: Layout) -> graphviz.Source:
    """Return a frame as DOT with pinned positions: `neato -n2` and nop2 draw it where the SVG has it."""
    text = layout.dot
    for box in frame.boxes:
        said = [box.formula or box.name, f"value {flat(box.value or '?')}", "" if box.gradient is None else f"{box.gradient_name} = {flat(box.gradient)}"]
        words = "\\n".join(graphviz.escape(w).replace('"', '\\"') for w in said if w)
        shape = "shape=box" + (" style=rounded" if box.role == "parameter" else " peripheries=2" if box.role == "output" else " style=dashed" if box.role == "constant" else "")
        colour = ' color="#B93A08" penwidth=2' if box.state == "active" else ""
        text = re.sub(rf"(\bn{box.id}\s*\[)", lambda m, w=words, s=shape, c=colour: f'{m[1]}xlabel="" label="{w}" fontsize=9 {s}{c},', text, count=1)  # type: ignore[misc]
    return graphviz.Source(text, engine="neato")


def flat(words: str) -> str:
    """Return the rows of a matrix on one line."""
    return words.replace("\n", "; ")


class Painter:
    """A film laid out once; each frame painted when asked for."""

    def __init__(self, walked: Trace | Graph, *, theme: str = "light", palette: str = "default", direction: str = "LR", digits: int = 4, engine: str = "pygraphviz"):
        self.frames = film(walked, digits) if isinstance(walked, Trace) else (still(walked, digits),)
        self.layout = arrange(self.frames, direction, engine)
        self.theme, self.palette = theme, palette

    def frame(self, step: int | None) -> Frame:
        """Return a frame by number, -1 the last; LearnerError if there is none."""
        k = len(self.frames) - 1 if step is None else step
        if not -len(self.frames) <= k < len(self.frames):
            raise LearnerError(f"there is no step {k}; this trace has steps 0 to {len(self.frames) - 1}")
        return self.frames[k]

    def svg(self, step: int | None = None) -> str:
        return paint(self.frame(step), self.layout, self.theme, self.palette)

    def dot(self, step: int | None = None) -> graphviz.Source:
        return dot(self.frame(step), self.layout)

    def bytes(self, step: int | None, format: str) -> bytes:
        make: dict[str, Callable[[], bytes]] = {
            "svg": lambda: self.svg(step).encode(),
            "png": lambda: png(self.svg(step)),
            "pdf": lambda: pdf(self.svg(step)),
            "dot": lambda: self.dot(step).source.encode(),
        }
        return make[format]()


def save(walked: Trace | Graph, path: str | os.PathLike[str], step: int | None = None, format: str | None = None, **look: object) -> list[Path]:
    """Write pictures and return their paths.

    A path without a suffix is a folder: every step goes to `000.svg`, `001.svg`, … (`format` svg, png,
    pdf or dot), earlier frames of its own are replaced and nothing else is touched. A path with a suffix
    gets one picture (`step`, the last if left out), or an animation (.gif). Raises LearnerError for an
    unknown suffix or a place that cannot be written.
    """
    target = Path(path)
    suffix = target.suffix.removeprefix(".")
    if suffix in ("html", "htm"):
        raise LearnerError("the interactive page (.html) comes in a later release; write .gif, or a folder of steps")
    if suffix and suffix not in (*ONE, *MANY):
        raise LearnerError(f"'.{suffix}' is no format of pictures; expected {', '.join('.' + s for s in (*ONE, *MANY))}, or a folder name")
    kind = format or suffix or "svg"
    if kind not in (*ONE, *MANY) or (not suffix and kind not in ONE):
        raise LearnerError(f"format='{kind}' is no format of pictures; expected {', '.join(ONE)}")
    painter = Painter(walked, **look)  # type: ignore[arg-type]
    if suffix:
        data = gif([painter.svg(k) for k in range(len(painter.frames))]) if kind in MANY else painter.bytes(step, kind)
        return [written(target, data)]
    chosen = range(len(painter.frames)) if step is None else [step]
    for k in chosen:
        painter.frame(k)
    old = {p for p in target.iterdir() if FRAME.fullmatch(p.name)} if target.is_dir() else set()
    made = [written(target / f"{k:03d}.{kind}", painter.bytes(k, kind)) for k in chosen]
    for path_ in old - set(made):
        path_.unlink()
    return made


def written(path: Path, data: bytes) -> Path:
    """Write a file whole or not at all: to a temporary name beside it, then renamed."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
    except OSError as error:
        raise LearnerError(f"cannot write {path}: {(error.strerror or 'it failed').lower()}; choose another place with -o") from None
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        Path(name).chmod(0o644)
        os.replace(name, path)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise LearnerError(f"cannot write {path}: {(error.strerror or 'it failed').lower()}; choose another place with -o") from None
    return path

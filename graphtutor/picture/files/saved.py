"""Pictures to files: every one of a sequence into a folder, one, an animation or a page into one file; written, then renamed."""

from __future__ import annotations

import os
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import LearnerError
from ...text import unusable, written
from . import tikz
from .inbetweens import animated
from .pdf import pdf
from .raster import gif, png

SIGNATURE = b"graphtutor"


@dataclass(frozen=True, slots=True)
class Format:
    """One form of pictures on disk.

    write     the bytes of a step of a reel; of all of it where `single` is False
    together  the bytes of every step in one file, from their SVGs, where that is offered; `called`: what it is
    canvas    drawn on a slide where no size is asked for; others are as large as their graph
    """

    write: Callable[[Any, Any], bytes]
    together: Callable[[Sequence[str]], bytes] | None = None
    called: str = ""
    single: bool = True
    canvas: bool = False


FORMATS = {
    "svg": Format(lambda reel, step: reel.drawing(step, "svg").encode(), lambda svgs: animated(svgs).encode(), "an animation"),
    "png": Format(lambda reel, step: png(reel.drawing(step, "png")), canvas=True),
    "pdf": Format(lambda reel, step: pdf(reel.drawing(step, "pdf")), lambda svgs: pdf(*svgs), "pages", canvas=True),
    "tex": Format(lambda reel, step: tikz.picture(reel.drawing(step, "tex")).encode(), lambda svgs: tikz.slides(svgs).encode(),
                  "slides of beamer", canvas=True),
    "dot": Format(lambda reel, step: str(reel.dot(step).source).encode()),
    "mmd": Format(lambda reel, step: reel.mermaid(step).encode()),
    "gif": Format(lambda reel, _: gif(reel.drawing(k, "gif") for k in range(len(reel))), single=False, canvas=True),
    "html": Format(lambda reel, _: reel.page(None if reel.theme == "light" else reel.theme).encode(), single=False),
}  # fmt: skip
FRAME = re.compile(rf"\d{{3,}}\.({'|'.join(name for name, row in FORMATS.items() if row.single)})")


class Reel(ABC):
    """Pictures in an order, laid out once, each painted when asked for: the steps of a trace, the lines of a derivation.

    `formats`: those it can be written in; `whole`: what the pictures belong to, `each`: what one of them is.
    """

    formats = tuple(FORMATS)
    each, whole = "step", "trace"
    theme = "light"

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def svg(self, step: int | None = None) -> str:
        """Return a picture by number, -1 or None the last."""

    def drawing(self, step: int | None, format: str) -> str:
        """Return the SVG from which a picture is made; its size may depend on what it is made for."""
        return self.svg(step)

    @abstractmethod
    def page(self, theme: str | None = None) -> str:
        """Return all of them as an interactive page; without a theme it follows the reader's own."""

    def number(self, step: Any) -> int:
        """Return the number of a picture from 0; LearnerError if there is none."""
        if step is not None and not isinstance(step, int):
            raise LearnerError(
                f"step={step!r} is no number of a {self.each}; expected a whole number from 0 to {len(self) - 1}, or -1 for the last"
            )
        k = len(self) - 1 if step is None else step
        if not -len(self) <= k < len(self):
            raise LearnerError(f"there is no {self.each} {k}; this {self.whole} has {self.each}s 0 to {len(self) - 1}")
        return k % len(self)

    def bytes(self, step: Any, format: str) -> bytes:
        """Return one picture, or every one in a file: an animation, pages, beamer slides."""
        row = FORMATS[format]
        if step != "all" or not row.single:
            return row.write(self, step)
        if row.together is None:
            offered = ", ".join(f"a .{name} ({form.called})" for name, form in FORMATS.items() if form.together)
            raise LearnerError(f"step='all' makes {offered}; no .{format}")
        return row.together([self.drawing(k, format) for k in range(len(self))])


def stored(reel: Reel, path: str | os.PathLike[str], step: Any = None, format: str | None = None) -> list[Path]:
    """Write pictures and return their paths.

    A path without a suffix is a folder: every step goes to `000.svg`, `001.svg`, … (`format` svg, png,
    pdf, tex, dot or mmd); frames drawn there earlier are replaced and nothing else is touched; with `step`, that
    one alone is written. A path with a suffix gets one picture (`step`, the finished one if left out), an
    animation (.gif) or an interactive page (.html); with step="all", every step as an
    animated .svg, the pages of a .pdf, or the overlays of a .tex. Raises LearnerError for an unknown suffix or a
    place that cannot be written.
    """
    if not isinstance(path, str | os.PathLike) or not str(path):
        raise LearnerError("draw() needs the name of a file or folder, such as 'picture.svg'")
    target = Path(path)
    kind = chosen(target, format, reel.formats)
    if step == "all":
        if not target.suffix:
            raise LearnerError(
                "step='all' puts every step into one file; name a .svg, .pdf or .tex, or leave step out for a folder"
            )
        return [written(target, reel.bytes(step, kind))]
    k = reel.number(step)
    if target.suffix:
        return [written(target, reel.bytes(step, kind))]
    if step is not None:
        return [written(target / f"{k:03d}.{kind}", reel.bytes(k, kind))]
    try:
        old = own(target)
    except OSError as error:
        raise LearnerError(unusable(error)) from None
    made = [written(target / f"{k:03d}.{kind}", reel.bytes(k, kind)) for k in range(len(reel))]
    for path_ in old - set(made):
        path_.unlink(missing_ok=True)
    return made


def chosen(target: Path, format: str | None, formats: tuple[str, ...] = Reel.formats) -> str:
    """Return the format that a path and a wish ask for, or raise a LearnerError that names those there are."""
    suffix = target.suffix.removeprefix(".").lower()
    if suffix and suffix not in formats:
        raise LearnerError(
            f"'{target.suffix}' is no format of pictures; expected {', '.join('.' + s for s in formats)}, or a folder name"
        )
    kind = format or suffix or "svg"
    if kind not in formats:
        raise LearnerError(f"format='{kind}' is no format of pictures; expected {', '.join(formats)}")
    if suffix and kind != suffix:
        raise LearnerError(
            f"'{target.name}' ends in .{suffix} and format is '{kind}'; leave format out, or name the file .{kind}"
        )
    if not suffix and not FORMATS[kind].single:
        raise LearnerError(f"format='{kind}' holds every step in one file; name a file that ends in .{kind}")
    return kind


def own(folder: Path) -> set[Path]:
    """Return the frames in a folder that were drawn here: by their name and by the word that each of them carries."""
    if not folder.is_dir():
        return set()
    return {p for p in folder.iterdir() if FRAME.fullmatch(p.name) and p.is_file() and SIGNATURE in p.read_bytes()}

"""What a value shows of itself: words as HTML without scripts, the forms of a picture side by side, and the picture from a room above.

Only pictures are reached from below, and what the tutor computes with; `tests/test_layers.py` names them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape
from importlib import import_module
from typing import Any

from .errors import LearnerError

GOOD, BAD, OPEN = "#00694E", "#B93A08", "#5B6472"  # right, wrong, neither: 4.5 to 1 and more on white
FRAME = "border-left:4px solid {colour};padding:2px 12px;max-width:60em"


def card(head: str, lines: Iterable[str] = (), colour: str = OPEN) -> str:
    """Return a heading and lines as HTML: nothing in them is markup.

    >>> card("not right", ["x < y"])
    '<div style="border-left:4px solid #5B6472;padding:2px 12px;max-width:60em"><b style="color:#5B6472">not right</b><div>x &lt; y</div></div>'
    """
    words = "".join(f"<div>{escape(line)}</div>" for line in lines)
    return f'<div style="{FRAME.format(colour=colour)}"><b style="color:{colour}">{escape(head)}</b>{words}</div>'


def bundle(
    text: str, html: Callable[[], str] | None = None, svg: Callable[[], str | None] | None = None
) -> dict[str, str]:
    """Return the forms in which a notebook may show a value: a page where scripts run, a picture or text where they do not.

    What cannot be drawn (there is no Graphviz, say) is left out.
    """
    found = {"text/plain": text}
    for kind, drawn in (("text/html", html), ("image/svg+xml", svg)):
        try:
            made = drawn() if drawn is not None else None
        except LearnerError:
            continue
        if made:
            found[kind] = made
    return found


# ----- a picture from a room above, imported when something is drawn -----
class Late:
    """The module of an absolute name, imported when first asked for something.

    >>> Late("graphtutor.errors").ReadError.__name__
    'ReadError'
    """

    def __init__(self, name: str):
        self.name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self.name), attribute)

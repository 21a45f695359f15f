"""A walk as one HTML file to play with: no network, no fonts, no library.

The component of `page.js` draws everything from the plain data of `page_data`; the page only holds the
two. Colours are CSS variables, so that it follows the reader's light or dark mode.
"""

from __future__ import annotations

import json
import re
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from ..files.fonts import STACK
from ..files.inks import Colours, colours
from ..files.shorten import compact, sheet

VARIABLES = Colours(*(f"var(--{name})" for name in Colours._fields))
NAME = re.compile(r"<mi>(\w)</mi>")


def data(value: object) -> str:
    """Return JSON that may stand inside a script element: nothing in it can close the element."""
    return (
        json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        .replace("<", "\\u003c")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


def variables(theme: str, palette: str) -> str:
    chosen = colours(theme, palette)
    return ";".join(f"--{name}:{value}" for name, value in chosen._asdict().items())


@cache
def component() -> str:
    """Return the component's script: one function, `graphtutor(root, data, options)`."""
    return compact(Path(__file__).with_name("page.js").read_text("utf-8"), frozenset({"graphtutor"}))


@cache
def looks() -> str:
    """Return the component's style sheet; its colours are the variables that `variables` names."""
    return sheet(Path(__file__).with_name("page.css").read_text("utf-8").replace("FONT", STACK))


def colour_rules(theme: str | None, palette: str, where: str = ":root") -> str:
    """Return the variables of a theme; of both, as the reader has set it, for None."""
    dark = f"@media (prefers-color-scheme:dark){{{where}{{{variables('dark', palette)}}}}}" if theme is None else ""
    paper = f"@media print{{{where}{{{variables('light', palette)}}}}}" if theme != "light" else ""
    return f"{where}{{color-scheme:{theme or 'light dark'};{variables(theme or 'light', palette)}}}{dark}{paper}"


def page(told: dict[str, Any], theme: str | None = None, palette: str = "default") -> str:
    """Return the page of what `page_data.told` tells. `theme` "light" or "dark" fixes its colours; None follows the reader's setting."""
    told = named(told)
    return HTML.format(
        heading=escape(f"{told['title']}, step by step"), data=data(told), script=component(), start=START,
        style=f"{colour_rules(theme, palette)}body{{margin:0;background:var(--ground)}}main{{padding:16px;max-width:2400px;margin:0 auto}}{looks()}",
    )  # fmt: skip


def named(told: dict[str, Any]) -> dict[str, Any]:
    """Return a walk's data with the names of one letter marked, so that they slant in any font."""
    return told | {"problem": [NAME.sub(r'<mi class="v">\1</mi>', line) for line in told["problem"]]}


def framed(html: str, height: int) -> str:
    """Return a page as an inline frame for a notebook, cut off from the notebook's own scripts."""
    return f'<iframe srcdoc="{escape(html)}" sandbox="allow-scripts allow-modals" style="width:100%;height:{height}px;border:0" title="graphtutor"></iframe>'


HTML = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{heading}</title><style>{style}</style></head>
<body><main><h1 class="gt-heard">{heading}</h1><div id="graph"></div></main>
<script type="application/json" id="film">{data}</script>
<script>"use strict";{{{script}
{start}}}</script></body></html>
"""

START = """const linked=()=>parseInt(location.hash.slice(1),10)||0,
shown=graphtutor(document.getElementById("graph"),JSON.parse(document.getElementById("film").textContent),{keys:document,step:linked(),
onstep:k=>{try{history.replaceState(null,"","#"+k)}catch(e){}}});
addEventListener("hashchange",()=>shown.show(linked()));
document.getElementById("graph").tutor=shown;"""

"""A derivation as one HTML file: lines that come one by one with the arrow keys; no network, no fonts, no library.

The formulas are drawn as in the other pictures, for few machines have a font for MathML; the MathML
stands beside them for those who listen or copy. Without scripts all lines are there.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from ..files.fonts import STACK
from ..steps.page import variables


class Row(NamedTuple):
    """A line of the page: its formula drawn and in MathML, its rule's name and formula."""

    picture: str
    markup: str
    name: str
    note: str


def page(
    heading: str, given: str, rows: Sequence[Row], legend: str, theme: str | None = None, palette: str = "default"
) -> str:
    """Return the derivation as an HTML page. `theme` "light" or "dark" fixes its colours; None follows the reader's setting."""
    dark = f"@media (prefers-color-scheme:dark){{:root{{{variables('dark', palette)}}}}}" if theme is None else ""
    return HTML.format(
        heading=escape(heading), style=f":root{{{variables(theme or 'light', palette)}}}{dark}{STYLE.replace('FONT', STACK)}{LINES}",
        given=given, lines="\n".join(table_row(k, row) for k, row in enumerate(rows)), legend=legend,
        controls=controls(len(rows) - 1), script=SCRIPT, hidden=" hidden" if len(rows) == 1 else "",
    )  # fmt: skip


def table_row(k: int, row: Row) -> str:
    rule = f"<b>{escape(row.name)}</b>" + (f"<br>{escape(row.note)}" if row.note else "")
    return f'<tr id="line{k + 1}"><td>{row.picture}<span class="heard">{row.markup}</span></td><td>{rule}</td></tr>'


def controls(last: int) -> str:
    """Return the buttons and the slider that go from 0 to `last`."""
    buttons = [BUTTON.format(id=name, label=label, shape=shape) for name, label, shape in BUTTONS]
    slider = f'<input id="slider" type="range" min="0" max="{last}" value="0" aria-label="step"><output id="count"></output>\n'
    return "\n".join([*buttons, slider])


BUTTON = '<button id="{id}" aria-label="{label}"><svg viewBox="0 0 16 16"><path d="{shape}"/></svg></button>'
BUTTONS = (
    ("first", "first step", "M3 3v10M13 3 6 8l7 5z"),
    ("back", "step back", "M11 3 4 8l7 5z"),
    ("next", "next step", "m5 3 7 5-7 5z"),
    ("last", "last step", "M13 3v10M3 3l7 5-7 5z"),
)

STYLE = """*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.45 FONT}
main{max-width:1400px;margin:0 auto;padding:16px}h1{font-size:1.05rem;margin:0 0 4px}header p{margin:0;min-height:3em;overflow-wrap:anywhere}
#picture{overflow-x:auto;margin:12px 0}#picture svg{display:block;max-width:none;height:auto;margin:0 auto}
@media(min-width:900px){#picture svg{max-width:max(100%,60rem)}}
nav{display:flex;flex-wrap:wrap;gap:8px;align-items:center}nav[hidden]{display:none}
button{min-width:44px;height:40px;padding:0 10px;border:1px solid var(--line);border-radius:8px;background:var(--box);color:var(--ink);
 font:inherit;font-size:.9rem;display:inline-flex;gap:6px;align-items:center;justify-content:center;cursor:pointer}
button svg{width:16px;height:16px;fill:currentColor;stroke:currentColor;stroke-width:1.6;stroke-linejoin:round}button:disabled{opacity:.45;cursor:default}
:focus-visible{outline:3px solid var(--value);outline-offset:2px}#slider{flex:1;min-width:140px;accent-color:var(--value)}#count{font-variant-numeric:tabular-nums}"""

LINES = """
table{border-collapse:collapse;margin:8px 0}td{padding:7px 4px;vertical-align:middle}
td:nth-child(2){padding-left:32px;font-size:.85rem;color:var(--muted);min-width:14rem}td b{color:var(--ink)}#lines{overflow-x:auto}td svg,header svg,.legend svg{display:block}
tr[hidden]{display:table-row;visibility:hidden}tr:not(.going) .next{display:none}.legend{margin:0 0 14px}
.legend svg{max-width:100%;height:auto}
@media(max-width:760px){table,tbody,tr,td,tr[hidden]{display:block}tr{padding:10px 0;border-bottom:1px solid var(--faint)}td{padding:0;overflow-x:auto}td:nth-child(2){padding:4px 0 0 6px}}
.heard{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}"""

HTML = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{heading}</title><style>{style}</style></head>
<body><main>
<header><h1>{heading}</h1>{given}</header>
<div id="lines" aria-live="polite"><table>
{lines}
</table></div>
<div class="legend">{legend}</div>
<nav aria-label="lines"{hidden}>
{controls}</nav></main>
<script>{script}</script></body></html>
"""

SCRIPT = """"use strict";
const rows = [...document.querySelectorAll("#lines tr")], $ = id => document.getElementById(id), end = rows.length - 1;
let here = end;
function show(k, write = true) {
  here = Math.max(0, Math.min(end, k));
  rows.forEach((row, i) => { row.hidden = i > here; row.classList.toggle("going", i < here); });
  $("slider").value = here; $("count").textContent = (here + 1) + " / " + rows.length;
  $("slider").setAttribute("aria-valuetext", rows[here].lastChild.textContent);
  $("first").disabled = $("back").disabled = here === 0; $("last").disabled = $("next").disabled = here === end;
  if (write) try { history.replaceState(null, "", "#" + (here + 1)); } catch (e) { /* a framed page has no address of its own */ }
}
const act = {first: () => show(0), back: () => show(here - 1), next: () => show(here + 1), last: () => show(end)};
for (const id in act) $(id).onclick = act[id];
$("slider").oninput = e => show(+e.target.value);
const keys = {ArrowLeft: "back", ArrowRight: "next", Home: "first", End: "last", " ": "next"};
addEventListener("keydown", e => {
  if (e.altKey || e.ctrlKey || e.metaKey || (e.key === " " && e.target.tagName === "BUTTON")) return;
  if (keys[e.key]) { e.preventDefault(); act[keys[e.key]](); }
});
const linked = () => (parseInt(location.hash.slice(1), 10) || rows.length) - 1;
addEventListener("hashchange", () => show(linked(), false));
show(linked(), false);"""

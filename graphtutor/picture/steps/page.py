"""A film as one HTML file that steps through it: no network, no fonts, no library.

One SVG holds the picture; every frame is the list of its parts that changed, painted by `svg`. Colours
are CSS variables, so that the page follows the reader's light or dark mode.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape

from ..files.fonts import STACK
from .canvas import Layout
from .frames import Frame
from .needs import CAPTION_ROW, TOP
from .svg import Brush, Colours, colours, n

VARIABLES = Colours(*(f"var(--{name})" for name in Colours._fields))


def films(frames: Sequence[Frame], brush: Brush) -> list[dict[str, object]]:
    """Return for each frame its heading, sentence, place to look at, and the parts that differ from the frame before."""
    out: list[dict[str, object]] = []
    before: dict[str, str] = {}
    for frame in frames:
        now = brush.parts(frame)
        lit = next((b.id for b in frame.boxes if b.state in ("target", "computed", "active")), frame.boxes[-1].id)
        changed = {key: markup for key, markup in now.items() if before.get(key) != markup}
        out.append(
            {
                "title": frame.title,
                "says": frame.caption,
                "words": brush.described(frame),
                "x": round(brush.layout.places[lit].x),
                "parts": changed,
            }
        )
        before = now
    return out


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


def page(
    frames: Sequence[Frame],
    layout: Layout,
    theme: str | None = None,
    palette: str = "default",
    heading: str = "graphtutor",
) -> str:
    """Return the film as an HTML page. `theme` "light" or "dark" fixes its colours; None follows the reader's setting."""
    brush = Brush(layout, VARIABLES)
    top = TOP + CAPTION_ROW * max(map(len, layout.caption)) - 14
    box_ = f"0 {n(top)} {n(layout.width)} {n(layout.height - top)}"
    groups = "".join(f'<g data-part="{key}"></g>' for key in brush.parts(frames[0]))
    dark = f"@media (prefers-color-scheme:dark){{:root{{{variables('dark', palette)}}}}}" if theme is None else ""
    return HTML.format(
        heading=escape(heading), style=f":root{{{variables(theme or 'light', palette)}}}{dark}{STYLE.replace('FONT', STACK)}",
        box=box_, width=n(layout.width), height=n(layout.height - top), groups=groups, controls=controls(len(frames) - 1), data=data(films(frames, brush)),
        script=SCRIPT, font=escape(STACK), hidden=" hidden" if len(frames) == 1 else "",
    )  # fmt: skip


def framed(html: str, height: int) -> str:
    """Return a page as an inline frame for a notebook, cut off from the notebook's own scripts."""
    return f'<iframe srcdoc="{escape(html)}" sandbox="allow-scripts" style="width:100%;height:{height}px;border:0" title="graphtutor"></iframe>'


def controls(last: int, play: bool = True) -> str:
    """Return the buttons and the slider that go from 0 to `last`."""
    wanted = [
        BUTTON.format(id=name, label=label, shape=shape, word=word)
        for name, label, shape, word in BUTTONS
        if play or name != "play"
    ]
    return "\n".join(
        [
            *wanted,
            f'<input id="slider" type="range" min="0" max="{last}" value="0" aria-label="step"><output id="count"></output>\n',
        ]
    )


BUTTON = '<button id="{id}" aria-label="{label}"><svg viewBox="0 0 16 16"><path d="{shape}"/></svg>{word}</button>'
BUTTONS = (
    ("first", "first step", "M3 3v10M13 3 6 8l7 5z", ""),
    ("back", "step back", "M11 3 4 8l7 5z", ""),
    ("play", "play", "M4 3v10l9-5z", "<span>play</span>"),
    ("next", "next step", "m5 3 7 5-7 5z", ""),
    ("last", "last step", "M13 3v10M3 3l7 5-7 5z", ""),
)

HTML = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{heading}</title><style>{style}</style></head>
<body><main>
<header aria-live="polite"><h1 id="title"></h1><p id="says"></p></header>
<div id="picture" tabindex="0" aria-label="computation graph"><svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"
 width="{width}" height="{height}" font-family="{font}" role="img" aria-labelledby="title words"><desc id="words"></desc>{groups}</svg></div>
<nav aria-label="steps"{hidden}>
{controls}</nav></main>
<script type="application/json" id="film">{data}</script>
<script>{script}</script></body></html>
"""

STYLE = """*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.45 FONT}
main{max-width:1400px;margin:0 auto;padding:16px}h1{font-size:1.05rem;margin:0 0 4px}header p{margin:0;min-height:3em;overflow-wrap:anywhere}
#picture{overflow-x:auto;margin:12px 0}#picture svg{display:block;max-width:none;height:auto;margin:0 auto}
@media(min-width:900px){#picture svg{max-width:max(100%,60rem)}}
nav{display:flex;flex-wrap:wrap;gap:8px;align-items:center}nav[hidden]{display:none}
button{min-width:44px;height:40px;padding:0 10px;border:1px solid var(--line);border-radius:8px;background:var(--box);color:var(--ink);
 font:inherit;font-size:.9rem;display:inline-flex;gap:6px;align-items:center;justify-content:center;cursor:pointer}
button svg{width:16px;height:16px;fill:currentColor;stroke:currentColor;stroke-width:1.6;stroke-linejoin:round}button:disabled{opacity:.45;cursor:default}
:focus-visible{outline:3px solid var(--value);outline-offset:2px}#slider{flex:1;min-width:140px;accent-color:var(--value)}#count{font-variant-numeric:tabular-nums}"""

SCRIPT = """"use strict";
const film = JSON.parse(document.getElementById("film").textContent), $ = id => document.getElementById(id);
const slots = {}; document.querySelectorAll("[data-part]").forEach(g => slots[g.dataset.part] = g);
let here = -1, timer = 0;
function show(k, write = true) {
  k = Math.max(0, Math.min(film.length - 1, k));
  const from = k > here ? here + 1 : 0, changed = {};
  for (let i = from; i <= k; i++) Object.assign(changed, film[i].parts);
  for (const key in changed) if (slots[key].innerHTML !== changed[key]) slots[key].innerHTML = changed[key];
  const f = film[here = k];
  $("title").textContent = f.title; $("says").textContent = f.says; $("words").textContent = f.words;
  $("slider").value = k; $("slider").setAttribute("aria-valuetext", f.title); $("count").textContent = (k + 1) + " / " + film.length;
  $("first").disabled = $("back").disabled = k === 0; $("last").disabled = $("next").disabled = k === film.length - 1;
  const box = $("picture"), svg = box.querySelector("svg"), scale = svg.clientWidth / svg.viewBox.baseVal.width;
  if (box.scrollWidth > box.clientWidth) box.scrollLeft = f.x * scale - box.clientWidth / 2;
  if (write) try { history.replaceState(null, "", "#" + k); } catch (e) { /* a framed page has no address of its own */ }
}
function stop() { clearInterval(timer); timer = 0; $("play").lastChild.textContent = "play"; $("play").setAttribute("aria-label", "play"); }
function play() {
  if (timer) return stop();
  if (here === film.length - 1) show(0);
  $("play").lastChild.textContent = "pause"; $("play").setAttribute("aria-label", "pause");
  timer = setInterval(() => here < film.length - 1 ? show(here + 1) : stop(), 1600);
}
const act = {first: () => show(0), back: () => show(here - 1), next: () => show(here + 1), last: () => show(film.length - 1)};
for (const id in act) $(id).onclick = () => { stop(); act[id](); };
$("play").onclick = play; $("slider").oninput = e => { stop(); show(+e.target.value); };
const keys = {ArrowLeft: "back", ArrowRight: "next", Home: "first", End: "last"};
addEventListener("keydown", e => {
  if (e.altKey || e.ctrlKey || e.metaKey) return;
  if (keys[e.key]) { e.preventDefault(); stop(); act[keys[e.key]](); }
  else if (e.key === " " && e.target.tagName !== "BUTTON") { e.preventDefault(); play(); }
});
const linked = () => parseInt(location.hash.slice(1), 10) || 0;
addEventListener("hashchange", () => { stop(); show(linked(), false); });
show(linked(), false);"""

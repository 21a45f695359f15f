"""Size and speed of pictures and the page for about 15, 60 and 200 nodes: `python tests/bench/bench_page.py` (needs Chromium and playwright).

Milliseconds of the processor, script and layout and style together, whatever else runs; `ends`: from one end to the other.
"""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import graphtutor as gt

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MOVES = {
    "a step": "for (let k = 5; k < 25; k++) { t.show(k); await f(); }",
    "ends": "for (let k = 0; k < 20; k++) { t.show(k % 2 ? 0 : 1e6); await f(); }",
    "an input": "for (let k = 0; k < 20; k++) { t.set(key, k / 20); await f(); }",
}
SPENT = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")


def net(layers: int, wide: int) -> Any:
    """Return the trace of a fully connected net of scalars."""
    lines = []
    for a in range(layers):
        for j in range(wide):
            terms = [f"w{a}{j}{k}*{f'h{a - 1}_{k}' if a else f'x{k}'}" for k in range(wide)]
            lines.append(f"h{a}_{j} = tanh({' + '.join(terms)})")
    lines.append(f"L = ({' + '.join(f'h{layers - 1}_{k}' for k in range(wide))} - y)**2")
    graph = gt.graph("\n".join(lines))
    return graph.trace({n.name: round(random.Random(n.name).uniform(-1, 1), 2) for n in graph.inputs})


def milliseconds(session: Any) -> dict[str, float]:
    found = {m["name"]: 1000 * m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
    return {"script": found["ScriptDuration"], "all": sum(found[name] for name in SPENT)}


def pictures(walked: Any, folder: str) -> str:
    """Return what a finished picture, and every step in one file, take of the processor and on disk."""
    told = []
    for name, asked in (("svg", {}), ("png", {}), ("pdf", {}), ("gif", {"step": "all"})):
        path = Path(folder) / f"picture.{name}"
        start = time.process_time()
        walked.draw(str(path), **asked)
        told.append(f"{name} {time.process_time() - start:.2f} s, {path.stat().st_size / 1000:.0f} KB")
    return "; ".join(told)


def main() -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p, tempfile.TemporaryDirectory() as folder:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for layers, wide in ((1, 2), (3, 2), (4, 4)):
            walked = net(layers, wide)
            path = Path(folder) / "page.html"
            start = time.perf_counter()
            walked.draw(str(path))
            made = time.perf_counter() - start
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(path.as_uri())
            page.wait_for_timeout(300)
            session = page.context.new_cdp_session(page)
            session.send("Performance.enable", {"timeDomain": "threadTicks"})
            told = []
            for name, moves in MOVES.items():
                before = milliseconds(session)
                page.evaluate(
                    "async () => { const t = graph.tutor, key = 'y', f = () => new Promise(r => requestAnimationFrame(() => setTimeout(r, 0)));"
                    + moves
                    + "}"
                )
                after = milliseconds(session)
                told.append(
                    f"{name} {(after['script'] - before['script']) / 20:.1f} ({(after['all'] - before['all']) / 20:.1f})"
                )
            size = path.stat().st_size / 1000
            print(
                f"{len(walked.graph):4} nodes, {len(walked.steps):3} steps: {size:6.1f} KB, written in {made:.2f} s; script (with style and layout), ms: {', '.join(told)}"
            )
            print(f"     {pictures(walked, folder)}")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()

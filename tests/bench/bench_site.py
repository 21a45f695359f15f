"""Size and start of the static site: `GRAPHTUTOR_PYODIDE=DIR python tests/bench/bench_site.py` (needs Chromium; `.ci/pyodide DIR python3` makes the folder).

Seconds of the processor from the visit to "Ready" and to the second graded answer, all of Chromium's processes together, the second
visit of a browser (its cache is warm); milliseconds of the clock of later answers in the page, the course's own answers in turn.
"""

from __future__ import annotations

import functools
import gzip
import http.server
import json
import os
import shutil
import statistics
import tempfile
import threading
from pathlib import Path
from typing import Any

from graphtutor.site import pages
from graphtutor.tutor.course import course
from graphtutor.tutor.variants import variant

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
READY = "#status[data-stage=ready]"
TIMED = """async texts => { const took = []; for (const text of texts) { const start = performance.now(); await graphtutor.call(text); took.push(performance.now() - start); } return took; }"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None: ...


def spent(session: Any) -> float:
    """Return the seconds of the processor of a browser's processes so far."""
    return sum(p["cpuTime"] for p in session.send("SystemInfo.getProcessInfo")["processInfo"])


def main() -> None:
    from playwright.sync_api import sync_playwright

    taken = course()
    with tempfile.TemporaryDirectory() as place, sync_playwright() as p:
        folder, one = Path(place) / "site", Path(place) / "lesson.html"
        pages.built(taken, folder, os.environ["GRAPHTUTOR_PYODIDE"])
        pages.built(taken, one, os.environ["GRAPHTUTOR_PYODIDE"], single=True)
        files = [f.read_bytes() for f in folder.rglob("*") if f.is_file()]
        packed = sum(min(len(f), len(gzip.compress(f, 6))) for f in files)
        print(
            f"site {sum(map(len, files)) / 1e6:.1f} MB, {packed / 1e6:.1f} MB gzip; one file {one.stat().st_size / 1e6:.1f} MB"
        )
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context, session = browser.new_context(), browser.new_browser_cdp_session()
        right = [(id, variant(taken.exercise(id)).accepted()[0]) for id in taken.order]
        asked = [json.dumps({"op": "check", "id": id, "answer": answer}) for id, answer in right]
        for visit in ("first", "second", "third"):
            page, before = context.new_page(), spent(session)
            page.goto(f"http://127.0.0.1:{server.server_port}/")
            page.wait_for_selector(READY, timeout=300_000)
            ready = spent(session) - before
            page.evaluate(TIMED, asked[:2])
            print(
                f"{visit} visit: {ready:.1f} s of the processor to ready, {spent(session) - before:.1f} to the second answer"
            )
            if visit == "third":
                took = page.evaluate(TIMED, asked[2:])
                print(
                    f"{len(took)} later answers: median {statistics.median(took):.0f} ms, 90 % under {statistics.quantiles(took, n=10)[-1]:.0f} ms"
                )
            page.close()
        browser.close()
        server.shutdown()


if __name__ == "__main__":
    main()

"""A site with Pyodide in it, built once for all workers, and pages of it in Chromium."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import http.server
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
READY = 120_000  # milliseconds on a loaded machine


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None: ...

    def copyfile(self, source: Any, outputfile: Any) -> None:
        with contextlib.suppress(ConnectionError):  # a tab that is killed fetches no more
            super().copyfile(source, outputfile)


@dataclass
class Host:
    """A web host of a folder: its address, and whether it answers."""

    folder: Path
    server: Any = None
    home: str = field(default="", init=False)

    def start(self, port: int = 0) -> Host:
        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", port), functools.partial(Quiet, directory=str(self.folder))
        )
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.home = f"http://127.0.0.1:{self.server.server_port}/"
        return self

    def end(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a site that holds Pyodide; beside it `site-scorm-….zip` and `lesson.html`."""
    from graphtutor.site import pages
    from graphtutor.tutor.course import course

    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    with open(shared / "site.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "lesson.html").exists():
            taken, parts = course(), os.environ["GRAPHTUTOR_PYODIDE"]
            where = pages.parts(parts)
            archive = pages.frozen(taken, where.python, where.folder)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(pages, "frozen", lambda *_: archive)  # compiled once for all of them
                pages.built(taken, shared / "site", parts, packages=True)
                pages.built(taken, shared / "lesson.html", parts, single=True)
    return shared / "site"


@pytest.fixture(scope="module")
def host(site: Path) -> Iterator[Host]:
    found = Host(site).start()
    yield found
    found.end()


@pytest.fixture
def serve() -> Iterator[Callable[[Path], Host]]:
    """Hosts of folders, until the test is over."""
    hosts: list[Host] = []

    def served(folder: Path) -> Host:
        hosts.append(Host(folder).start())
        return hosts[-1]

    yield served
    for one in hosts:
        one.end()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync = pytest.importorskip("playwright.sync_api")
    with sync.sync_playwright() as p:
        opened = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def tab(browser: Any, host: Host) -> Iterator[Any]:
    """A page in which Python is ready; what it asked for and what went wrong in it stand in `page.asked`, `page.said`."""
    context = browser.new_context()
    context.set_default_timeout(READY)
    page = context.new_page()
    page.asked, page.said = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: page.said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.goto(host.home)
    ready(page)
    yield page
    context.close()


def ready(page: Any) -> None:
    page.wait_for_selector("#status[data-stage=ready]", timeout=READY)

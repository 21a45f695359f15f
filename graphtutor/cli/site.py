"""`lesson --web` and `site`: the lesson as a page, from this machine or as files for any web host."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import click

from ..errors import LearnerError
from .lesson import on_desk, resume
from .shared import json_option, say, show_json


@click.command()
@click.option("--web", is_flag=True, help="As a page in your browser, served from this machine to it alone.")
@click.option(
    "--port", default=0, type=click.IntRange(0, 65535), help="The port to serve on; any free one if left out."
)
@click.option("--open/--no-open", "opens", default=True, help="Open the browser.")
@on_desk
def lesson(desk: object, web: bool, port: int, opens: bool) -> None:
    """Hold the lesson: here in the terminal, or with --web as a page. Both go on from the same place.

    \b
    graphtutor lesson --web
    """
    if not web:
        resume()
        return
    import webbrowser

    from ..site.server import Lesson
    from ..tutor.desk import Desk

    assert isinstance(desk, Desk)
    try:
        server = Lesson(desk.course, desk.store, port)
    except OSError as error:
        raise LearnerError(f"cannot serve on port {port}: {error.strerror}; leave --port out") from None
    say(f"The lesson is at {server.address}")
    say("This address works on this machine alone. Ctrl-C ends it.")
    if opens:
        with suppress(webbrowser.Error):
            webbrowser.open(server.address)
    try:
        server.serve_forever()
    finally:
        server.server_close()


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--exercises", metavar="DIR", help="A folder of exercises ($GRAPHTUTOR_EXERCISES).")
@click.option("--course", metavar="FILE", help="A course file in place of the folder's course.toml.")
@click.option("--road", default="", help="A shorter way through the course, such as core.")
@click.option(
    "--single", is_flag=True, help="One HTML file that opens from disk, without a network; needs --pyodide DIR."
)
@click.option("--scorm", is_flag=True, help="Beside the folder, packages for learning platforms: SCORM 1.2 and 2004.")
@click.option(
    "--pyodide", metavar="URL|DIR", default="", help="Where Pyodide lies: an address, or a folder to copy it from."
)
@json_option
def site(
    out: Path,
    exercises: str | None,
    course: str | None,
    road: str,
    single: bool,
    scorm: bool,
    pyodide: str,
    as_json: bool,
) -> None:
    """Write the lesson as a static site into the folder OUT: any web host serves it, and Python runs in the page.

    \b
    graphtutor site public
    graphtutor site public --pyodide node_modules --scorm
    graphtutor site lesson.html --single --pyodide node_modules
    """
    from ..site.pages import built
    from ..tutor.course import course as course_of
    from .lesson import setting

    file = setting("course", course)
    taken = course_of(setting("exercises", exercises), file).along(setting("road", road or None) or "")
    done = built(taken, out, pyodide, single, scorm, Path(file) if file else None)
    if as_json:
        show_json(
            {"ok": True, "files": [str(path) for path in done.paths], "bytes": done.size, "notes": list(done.notes)}
        )
        return
    for note in done.notes:
        say(note)
    say(f"wrote {done.paths[0]} ({len(done.paths)} file{'s' * (len(done.paths) != 1)}, {done.size / 1e6:.1f} MB)")

"""`lesson --web`: the lesson as a page, from this machine."""

from __future__ import annotations

from contextlib import suppress

import click

from ..errors import LearnerError
from .lesson import on_desk, resume
from .shared import say


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

"""`manual`: the guide, every command, public name, operation and misconception as pages, made of what the program itself says."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click

from .shared import json_option, say, show_json

PACKAGE = Path(__file__).resolve().parent.parent
STYLE = (
    "body{max-width:52rem;margin:2rem auto;padding:0 1rem;font:16px/1.55 system-ui,sans-serif;color:#1a1a1a;background:#fff}"
    "pre{overflow-x:auto;background:#f5f5f2;padding:.8rem}code{font:.92em ui-monospace,monospace}table{border-collapse:collapse}"
    "td,th{padding:.25rem .7rem .25rem 0;text-align:left;vertical-align:top;border-bottom:1px solid #ddd}"
    "@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#151515}pre{background:#222}a{color:#8bf}td,th{border-color:#444}}"
)
PAGE = '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{}</title><style>{}</style>{}\n'


@click.command()
@click.argument("folder", metavar="OUT")
@json_option
def manual(folder: str, as_json: bool) -> None:
    """Write the manual as pages into the folder OUT: the guide, and every command, public name, operation and misconception.

    \b
    graphtutor manual manual
    """
    from ..text import written

    made = [written(Path(folder, f"{name}.html"), page(text).encode()) for name, text in pages()]
    if as_json:
        show_json({"ok": True, "files": [str(path) for path in made]})
    else:
        say(f"wrote {made[0]} and {len(made) - 1} more; open it in a browser")


def pages() -> Iterator[tuple[str, str]]:
    """Yield each page's name and its Markdown, the one that leads to the others first."""
    found = {"guide": kept("_guide.md", "GUIDE.md"), "python": names(), "shell": commands(), "operations": operations(), "misconceptions": misconceptions(),
             "exercises": kept("_exercises/README.md", "exercises/README.md")}  # fmt: skip
    titles = {name: re.sub(r"^# ", "", text.split("\n", 1)[0]) for name, text in found.items()}
    yield "index", "# graphtutor\n\n" + "\n".join(f"- [{title}]({name}.html)" for name, title in titles.items())
    yield from ((name, f"[graphtutor](index.html)\n\n{text}") for name, text in found.items())


def page(text: str) -> str:
    """Return Markdown as a page; links into the repository that have a page here lead to it, others lose their way."""
    from markdown_it import MarkdownIt

    here = re.sub(r"\((?:\.\./)?GUIDE\.md", "(guide.html", text.replace("](exercises/README.md)", "](exercises.html)"))
    plain = re.sub(r"!?\[([^\]]*)\]\((?![\w-]+\.html|#|https?:)[^)]*\)", r"\1", here)
    title = re.search(r"^# (.*)$", plain, re.M)
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(plain)
    linked = re.sub(r"<h(\d)>(.*?)</h\1>", lambda m: f'<h{m[1]} id="{anchor(m[2])}">{m[2]}</h{m[1]}>', body)
    return PAGE.format(title[1] if title else "graphtutor", STYLE, linked)


def anchor(heading: str) -> str:
    """Return what a link to a heading ends in.

    >>> anchor("The lesson, and <code>exercises</code>")
    'the-lesson-and-exercises'
    """
    return re.sub(r"[^\w -]", "", re.sub(r"<[^>]*>", "", heading).lower()).replace(" ", "-")


def kept(packaged: str, checkout: str) -> str:
    """Return a text that comes with the package, or stands in the repository."""
    place = next(p for p in (PACKAGE / packaged, PACKAGE.parent / checkout) if p.is_file())
    return place.read_text("utf-8")


# ----- what the program says of itself -----
def names() -> str:
    """Return every public name with what `help` says of it."""
    gt = import_module(PACKAGE.name)

    parts = ["# From Python: every public name"]
    for name in gt.PUBLIC:
        value = getattr(gt, name)
        head = f"gt.{name}{signature(value)}" if inspect.isfunction(value) else f"gt.{name}"
        parts.append(f"## gt.{name}\n\n{fenced(head)}\n\n{fenced(inspect.getdoc(value) or '')}")
        for method, function in vars(value).items() if inspect.isclass(value) else ():
            if inspect.isfunction(function) and not method.startswith("_") and function.__doc__:
                said = f"{name}.{method}{signature(function)}\n\n{inspect.getdoc(function)}"
                parts.append(fenced(said))
    return "\n\n".join(parts)


def signature(function: object) -> str:
    return re.sub(r"'([^']*)'", r"\1", str(inspect.signature(function)))  # type: ignore[arg-type]


def commands() -> str:
    """Return the help of every command."""
    from . import COMMANDS, cli

    root = click.Context(cli, info_name="graphtutor")
    parts = ["# From the shell: every command", fenced(cli.get_help(root))]
    for name in COMMANDS:
        command = cli.get_command(root, name)
        assert command is not None
        inner = [command.get_command(root, n) for n in command.commands] if isinstance(command, click.Group) else []
        context = click.Context(command, info_name=name, parent=root)
        helps = [command.get_help(context)]
        helps += [c.get_help(click.Context(c, info_name=c.name, parent=context)) for c in inner if c is not None]
        parts.append("\n\n".join([f"## graphtutor {name}", *map(fenced, helps)]))
    return "\n\n".join(parts)


def fenced(text: str) -> str:
    return f"````\n{text}\n````"


def operations() -> str:
    """Return a table of the operations: how each is called, and what it is differentiated by."""
    from ..ops.table import TABLE

    rows = [f"| {row.name} | {', '.join(f'`{n}`' for n in row.names) or ' '} |" for row in TABLE]
    return "\n".join(["# Operations", "", "| operation | written |", "|---|---|", *rows])


def misconceptions() -> str:
    """Return a table of the misconceptions that a grade may name, with both hints."""
    from ..ops.misconceptions import CATALOGUE

    rows = [f"| `{m.id}` | {cell(m.hint)} | {cell(m.strong)} |" for m in CATALOGUE.values()]
    return "\n".join(["# Misconceptions", "", "| id | hint | strong hint |", "|---|---|---|", *rows])


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")

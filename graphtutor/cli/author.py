"""`author new | check | preview | schema`: write exercises of your own, and prove that they hold."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import LearnerError
from ..text import several, written
from .shared import Answer, json_option, say, show_json


@click.group()
def author() -> None:
    """Write exercises of your own.

    \b
    graphtutor author new my-first -o mine/01-my-first.toml
    graphtutor author check mine
    graphtutor author preview mine/01-my-first.toml
    graphtutor list --exercises mine
    """


@author.command()
@click.argument("name")
@click.option(
    "--kind",
    default="expression",
    help="What is asked for: numbers, sheet, choice …; an unknown word is told all of them.",
    show_default=True,
)
@click.option("--title", help="Its title; made from the name if not given.")
@click.option("-o", "--output", metavar="FILE", help="Where to write it; 01-NAME.toml if not given.")
def new(name: str, kind: str, title: str | None, output: str | None) -> None:
    """Begin an exercise file called NAME: complete and right as it stands, to be changed."""
    from ..tutor.exercises import parse, plain, template

    path = Path(output or f"01-{name}.toml")
    text = template(name, title or name.replace("-", " ").capitalize(), kind)
    parse(text, f"'{name}'")
    if plain(path.stem) != name:
        raise LearnerError(
            f"the file of exercise '{name}' should be called like it, such as 01-{name}.toml; '{path.name}' is not"
        )
    if path.exists():
        raise LearnerError(f"'{path}' exists; take another name, or remove it first")
    written(path, text.encode())
    say(f"wrote {path}; see it with graphtutor author preview {path}")


@author.command()
@click.argument("paths", nargs=-1)
@click.option("-v", "--verbose", is_flag=True, help="Say what was proved too.")
@json_option
# branches: two forms of report, and faults, remarks and gaps in each
def check(paths: tuple[str, ...], verbose: bool, as_json: bool) -> None:
    """Prove of each exercise in PATHS that right answers pass, wrong ones fail with their misconception, and nothing is solved as it stands.

    Without PATHS: of all exercises of the lesson; and it is said which operations none of them practises yet.
    """
    from ..tutor.authoring import checked_file, found_files, unpractised
    from ..tutor.exercises import library

    folder = library()
    files = found_files(paths) if paths else list(folder.paths.values())
    proved, faults, remarks = 0, [], 0
    for path in files:
        for finding in checked_file(path):
            proved += not finding.fault
            remarks += bool(finding.remark)
            if finding.fault:
                faults.append(finding)
            if not as_json and (finding.fault or verbose):
                say(": ".join(filter(None, (finding.exercise, finding.what, finding.fault or finding.remark))))
    missing = [] if paths else unpractised(folder)
    if as_json:
        show_json(
            {
                "ok": not faults,
                "files": len(files),
                "proved": proved,
                "faults": [f._asdict() for f in faults],
                "unpractised": missing,
            }
        )
    else:
        if missing:
            say(f"no exercise practises {several(missing)} yet")
        say(f"{len(files)} file{'s' if len(files) != 1 else ''}: {proved} proved, {len(faults)} at fault")
        if remarks:
            say(f"{remarks} wrong answer{'s are' if remarks != 1 else ' is'} named by the file alone; -v says which")
    if faults:
        raise Answer(1)


@author.command()
@click.argument("file", metavar="FILE|EXERCISE")
@click.option("--seed", help="Show the variant that this seed draws.")
def preview(file: str, seed: str | None) -> None:
    """Show an exercise as a learner meets it, with its hints, a solution, and what is said to its wrong answers."""
    from ..tutor.authoring import preview as previewed
    from ..tutor.exercises import library, load

    if file.endswith(".toml") and not Path(file).exists():
        raise LearnerError(f"no file '{file}'; begin one with graphtutor author new")
    exercise = load(file) if Path(file).exists() else library().exercise(file)
    say(previewed(exercise, seed))


@author.command()
@click.option("-o", "--output", metavar="FILE", help="Write it to a file.")
def schema(output: str | None) -> None:
    """Give the JSON Schema of exercise files, for editors that complete and check TOML."""
    import json

    from ..tutor.exercises import json_schema

    text = json.dumps(json_schema(), indent=1)
    if output:
        written(Path(output), f"{text}\n".encode())
    else:
        click.echo(text)

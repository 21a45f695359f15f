"""`grade`: one answer or many, from files; what a person decides about them; and what a change changed."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..batch.formats import FORMATS, form_for
from ..batch.isolation import Limits, warm
from ..text import clean
from .shared import (
    ASSUME,
    AT,
    CONSTANTS,
    SHAPES,
    complain,
    constants_of,
    json_option,
    point_of,
    say,
    shapes_of,
    show_json,
    styled,
)

if TYPE_CHECKING:
    from ..batch.containers import Fault
    from ..batch.many import Class
    from ..batch.reviews import Marked, Reviews
    from ..batch.submissions import Submission

UNREADABLE = 3
ROOM = 16_000  # bytes that a file of results takes at the least
COLOURS = {"right": "green", "not right": "red", "undecided": "yellow"}


# branches: one for each thing that the command does besides grading
@click.command()
@click.argument("paths", metavar="PATH…", nargs=-1)
@click.option("--exercise", metavar="ID", help="The exercise that is answered, whatever a file says.")
@click.option("--expression", metavar="EXPR", help="The expression or program that is differentiated.")
@click.option("--wrt", metavar="NAME,…", help="By which name, or names.")
@ASSUME
@SHAPES
@CONSTANTS
@AT
@click.option("--digits", type=click.IntRange(0, 12), help="Of a sheet, how many decimals are asked for.")
@click.option("--own-questions", is_flag=True, help="Let each file say its own question, point and id.")
@click.option("--function", metavar="NAME", help="Of a .py file, the function that is the answer.")
@click.option("--points", metavar="N,…", help="Points for each line or row, the last for all that follow.")
@click.option(
    "--follow",
    type=click.FloatRange(0, 1),
    metavar="SHARE",
    help="The share that a line earns which only follows from a wrong one.",
)
@click.option(
    "--form",
    "forms",
    multiple=True,
    metavar="NAME",
    help="What form is asked for: cases, expanded, product, no-decimals.",
)
@click.option(
    "--variant", is_flag=True, help="Where several explanations fit, propose a problem that tells them apart."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(tuple(FORMATS)),
    help="How the results are written; text, or what FILE's ending says.",
)
@click.option("-o", "--output", metavar="FILE", help="Write the results to FILE.")
@click.option("--report", metavar="FILE.html", help="Write a page for the lecturer too.")
@click.option("--draw", metavar="FILE", help="Draw the graph with the broken edge marked: FILE.svg, .png or .pdf.")
@click.option("-v", "--verbose", is_flag=True, help="Of many answers too, show every line.")
@click.option("-j", "--jobs", type=click.IntRange(1, 256), help="Processes to grade with; all cores if left out.")
@click.option(
    "--timeout",
    type=click.FloatRange(0.05),
    default=Limits().timeout,
    metavar="S",
    show_default=True,
    help="Seconds of work an answer may take; one that only the clock stops gets ten times as many at the end.",
)
@click.option(
    "--memory",
    type=click.IntRange(0),
    default=Limits().memory,
    metavar="MB",
    show_default=True,
    help="Memory an answer may take; 0 for any.",
)
@click.option("--resume", is_flag=True, help="Go on where an earlier run with the same -o was stopped.")
@click.option("--scheduler", metavar="URL", help="Grade on a Dask cluster, such as tcp://host:8786.")
@click.option(
    "--attempts",
    type=click.Choice(("last", "first", "best", "all")),
    default="last",
    show_default=True,
    help="Which of a student's attempts counts.",
)
@click.option("--names", is_flag=True, help="In reports, write names rather than hashes of them.")
@click.option("--alike", is_flag=True, help="List answers whose text is nearly the same.")
@click.option("--together", is_flag=True, help="Take all answers as one student's: one results.json.")
@click.option(
    "--columns",
    multiple=True,
    metavar="FIELD=NAME,…",
    help="Of a table, which column holds what: student=Email,answer=Response 1.",
)
@click.option("--review", is_flag=True, help="Decide what is undecided or disputed, one after the other.")
@click.option(
    "--decide",
    multiple=True,
    metavar="ID=VERDICT",
    help="Decide one answer: right, wrong, points from 0 to 1, or undo.",
)
@click.option("--reviews", metavar="FILE", help="Where decisions are kept; beside the first PATH if left out.")
@click.option("--diff", nargs=2, metavar="OLD NEW", help="Show what changed between two files of results.")
@json_option
def grade(paths: tuple[str, ...], form: str | None, output: str | None, report: str | None, draw: str | None, jobs: int | None, timeout: float, memory: int, resume: bool,
          scheduler: str | None, decide: tuple[str, ...], review: bool, reviews: str | None, diff: tuple[str, str] | None, as_json: bool, **about: Any) -> None:  # fmt: skip
    """Grade answers: an expression, a derivation, a filled-in sheet, or Python code.

    PATH is a file or a folder: submissions as JSON, JSON lines or CSV (id, exercise or expression and wrt, answer); a folder or
    archive as Gradescope, Moodle or Canvas hand it out; a notebook, Markdown or LaTeX with marked answers; a sheet; .py; or the
    lines of one answer, with --exercise, or --expression and --wrt. - is standard input.
    Exit code 0 whenever it graded, 3 if there was nothing that could be.

    \b
    graphtutor grade answer.txt --expression "(w*x + b - y)**2" --wrt w
    graphtutor grade week3/ -o week3.results.jsonl --report week3.html
    graphtutor grade week3/ --review
    """
    if diff is not None:
        show_changes(*diff, as_json)
        return
    if not paths or (resume and not output):
        missing = (
            "--resume goes on with what -o FILE keeps; name the same FILE"
            if paths
            else "no PATH to grade; give a file, a folder, or - for standard input"
        )
        raise click.UsageError(missing, click.get_current_context())
    for path in filter(None, (output, report)):
        probe(Path(path), ROOM + sum(Path(p).stat().st_size for p in paths if Path(p).is_file()))
    if not scheduler:
        warm(1)
    from ..batch import reviews as kept
    from ..batch.journal import ENDING, Journal, Roll
    from ..batch.many import Class
    from ..batch.reviews import Marked

    folder = (click.get_current_context().obj or {}).get("exercises")
    decisions = kept.load(Path(reviews) if reviews else kept.beside("standard-input" if paths[0] == "-" else paths[0]))
    limits = Limits(timeout, memory)
    source = collected(paths, teachers(about), about["own_questions"], columns_of(about["columns"]))
    with Class(Roll(), Journal(Path(output + ENDING) if output else None, resume, str(limits))) as found:
        stopped = not worked_out(found, source, limits, folder, jobs, scheduler)
        if not found.roll and not found.faults and not stopped:
            found.faults.append("nothing to grade")
            complain(f"nothing to grade in {', '.join(paths)}; expected files with answers")
        look = {name: about[name] for name in ("verbose", "together", "names", "alike", "attempts")}
        marked = Marked(found, decisions, folder, **look)
        marked.decisions = decided(marked, decide)
        if not stopped:
            reviewed(marked, review)
            drawn(marked, draw)
        if not (stopped and output):
            shown(marked, form or ("text" if as_json or not output else form_for(output)), output, as_json)
        if report and not stopped:
            shown(marked, "html", report, False)
        nothing = bool(found.faults and not found.roll) or (not stopped and unasked(marked, about))
    if stopped:
        raise click.Abort
    if nothing:
        raise click.exceptions.Exit(UNREADABLE)


def unasked(marked: Marked, about: dict[str, Any]) -> bool:
    """Say it where a question of the command line is one that no answer can be graded by."""
    given = [name for name in ("exercise", "expression") if about[name]]
    why = None
    for one in marked if given else ():
        if not one.get("error") or one.get("stopped") or why not in (None, one["error"]):
            return False
        why = one["error"]
    if why is not None:
        complain(f"nothing could be graded by --{given[0]}: {why}")
    return why is not None


# ----- where the results go, before anything is graded -----
def probe(path: Path, size: int) -> None:
    """Refuse a place for results that is no file; write as much as they may take beside it, and take it away: a full disk is found now."""
    from ..errors import LearnerError
    from ..text import written

    if path.exists() and not path.is_file():
        kind = "a folder" if path.is_dir() else "no regular file"
        raise LearnerError(f"cannot write {path}: it is {kind}; choose another place")
    trial = path.with_name(f".{path.name[:60]}.trial")
    try:
        written(trial, b"\n" * size).unlink()
    except LearnerError as error:
        raise LearnerError(str(error).replace(str(trial), str(path))) from None


# ----- what is graded -----
def teachers(about: dict[str, Any]) -> dict[str, Any]:
    """Return what the command line says of every answer."""
    found: dict[str, Any] = {key: about[key] for key in ("exercise", "expression", "function") if about[key]}
    names = [name.strip() for name in (about["wrt"] or "").split(",") if name.strip()]
    sizes = shapes_of(about["shapes"], None)
    more = {
        "wrt": names[0] if len(names) == 1 else names,
        "rubric": rubric_of(about),
        "assume": "; ".join(about["assume"]),
        "shapes": {name: list(size) for name, size in sizes.items()},
        "constants": constants_of(about["constants"]),
        "at": point_of(about["at"]),
    }
    found |= {key: value for key, value in more.items() if value}
    return found if about["digits"] is None else {**found, "digits": about["digits"]}


def rubric_of(about: dict[str, Any]) -> dict[str, Any]:
    """Return what the command line says of how points are given."""
    said = {
        "points": numbers_of(about["points"]) if about["points"] else None,
        "follow": about["follow"],
        "form": list(about["forms"]) or None,
        "variant": about["variant"] or None,
    }
    return {key: value for key, value in said.items() if value is not None}


def numbers_of(text: str) -> list[float]:
    """Return the numbers of --points.

    >>> numbers_of("1,2.5")
    [1.0, 2.5]
    """
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise click.UsageError(f"--points takes numbers such as 1,2,2, met '{text}'") from None


def columns_of(texts: Sequence[str]) -> dict[str, str]:
    """Return column → field of --columns.

    >>> columns_of(["student=Email address,answer=Response 1", "answer:hinge-dw0=Response 2"])
    {'Email address': 'student', 'Response 1': 'answer', 'Response 2': 'answer:hinge-dw0'}
    """
    found = {}
    for piece in ",".join(texts).split(",") if texts else ():
        name, equals, column = (part.strip() for part in piece.partition("="))
        if not (name and equals and column):
            raise click.UsageError(f"--columns takes FIELD=NAME such as answer=Response 1, met '{piece.strip()}'")
        found[column] = name
    return found


def collected(
    paths: Sequence[str], says: dict[str, Any], trust: bool, columns: dict[str, str]
) -> Iterator[Submission | Fault]:
    """Yield the submissions of all paths, and what is none."""
    from ..batch.submissions import gathered, of_text
    from .shared import standard_input

    if "-" in paths:
        yield from of_text(standard_input(), Path("standard input"), says, trust, columns)
    yield from gathered([path for path in paths if path != "-"], says, trust, columns)


def worked_out(
    found: Class,
    source: Iterator[Submission | Fault],
    limits: Limits,
    folder: str | None,
    jobs: int | None,
    scheduler: str | None,
) -> bool:
    """Grade what is handed in, and return whether it came to its end; Ctrl-C and SIGTERM stop it, and what is done is kept."""
    from ..batch.cluster import scheduled
    from ..batch.many import cores, grade_all, read_in

    bar = Bar()
    ours = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGTERM, interrupt) if ours else None
    try:
        todo = read_in(source, found, folder, lambda fault: complain(" ".join(str(fault).split())[:300]))
        with scheduled(scheduler) as executor:
            grade_all(todo, found, limits, folder, executor, jobs or cores(), bar.tell)
    except KeyboardInterrupt:
        bar.clear()
        place = found.journal.lines.path
        kept = f"kept in {place}; --resume goes on from there" if place else "shown; with -o FILE they are kept"
        complain(f"{len(found.journal):,} grades are {kept}")
        return False
    finally:
        bar.clear()
        if ours:
            signal.signal(signal.SIGTERM, before)
    return True


def interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


class Bar:
    """A line on a terminal that says how far grading has come, how fast, and how long it will take."""

    def __init__(self) -> None:
        self.start = self.last = time.monotonic()
        self.first: int | None = None
        self.on = sys.stderr.isatty()

    def tell(self, done: int, met: int, whole: bool) -> None:
        now = time.monotonic()
        self.first = done if self.first is None else self.first
        if self.on and now - self.last > 0.2 and now - self.start > 1:
            self.last = now
            click.echo(
                "\r\x1b[K" + told_progress(done, met, whole, (done - self.first) / (now - self.start)),
                err=True,
                nl=False,
            )

    def clear(self) -> None:
        if self.on and self.last != self.start:
            click.echo("\r\x1b[K", err=True, nl=False)


def told_progress(done: int, met: int, whole: bool, rate: float) -> str:
    """Return how far grading has come, in words and as a bar.

    >>> told_progress(500, 2000, True, 10)
    '#####...............  500 of 2,000  10/s  2 min 30 s left'
    """
    share = min(done / met, 1) if met else 0
    left = round((met - done) / rate) if rate > 0 and whole else -1
    said = "" if left < 0 else f"  {left // 60} min {left % 60} s left" if left >= 60 else f"  {left} s left"
    return f"{'#' * round(20 * share):.<20}  {done:,} of {met:,}{'' if whole else ' and more'}  {rate:.3g}/s{said}"


# ----- what a person decides -----
def decided(marked: Marked, texts: tuple[str, ...]) -> Reviews:
    """Return the decisions with those of --decide, which are kept."""
    from ..batch.reviews import decision
    from ..errors import LearnerError

    decisions = marked.decisions
    digests = {one["id"]: one["digest"] for one in marked.of.roll} if texts else {}
    for text in texts:
        name, equals, verdict = text.partition("=")
        if not equals or name.strip() not in digests:
            raise LearnerError(
                f"no answer '{name.strip()}' here to decide; expected --decide ID=right, and the ids are {', '.join(list(digests)[:8])}"
            )
        made = None if verdict.strip() == "undo" else decision(verdict)
        decisions = decisions.decided(name.strip(), digests[name.strip()], made)
    return decisions


def reviewed(marked: Marked, asked_for: bool) -> None:
    """Ask a person about each grade that waits for one, and keep each decision as it is made."""
    from ..batch.final import waits

    open_ = [one.place for one in marked if waits(one)] if asked_for else []
    if asked_for and not open_:
        say("nothing is undecided or disputed.")
    for number, place in enumerate(open_, 1):
        one = marked.of.roll[place]
        student = f", {one['data']['student']}" if one["data"].get("student") else ""
        say(f"{number} of {len(open_)}: {one['id']}{student}  ({one['question']})")
        say(marked.text(marked.put_in(place)))
        try:
            marked.decisions = asked(one, marked.decisions)
        except (click.Abort, EOFError):
            say()
            break


def asked(one: dict[str, Any], decisions: Reviews) -> Reviews:
    """Return the decisions after a person was asked about one answer; EOFError where they want to stop."""
    from ..batch.reviews import decision
    from ..errors import LearnerError

    while True:
        text = click.prompt(
            "right, wrong, or points from 0 to 1 (a note may follow); skip or quit", default="skip", prompt_suffix=": "
        ).strip()
        if text in ("quit", "q"):
            raise EOFError
        if text in ("skip", "s", ""):
            return decisions
        try:
            return decisions.decided(one["id"], one["digest"], decision(text))
        except LearnerError as error:
            complain(str(error))


# ----- what is shown -----
def shown(marked: Marked, form: str, output: str | None, as_json: bool) -> None:
    """Write the results in the form asked for, to a file or here."""
    for one in marked if as_json or marked.verbose else ():
        if one.get("bug"):
            complain(f"{marked.of.roll[one.place]['where']}: {one['error']}; please report it\n{one['bug']}")
    if as_json:
        show_json(whole(marked))
    elif output is not None:
        saved(marked, form, output)
    else:
        said(marked, form)
    for line in nearly_the_same(marked) if marked.alike and form != "html" else ():
        say(line)


def saved(marked: Marked, form: str, output: str) -> None:
    """Write the results to a file, and pictures beside a report."""
    from ..batch.final import summary
    from ..text import written

    path = Path(output)
    marked.pictures = path.with_name(f"{path.stem}_pictures") if form == "html" else None
    pieces = FORMATS[form].write(marked)
    written(path, (piece if isinstance(piece, bytes) else piece.encode("utf-8", "replace") for piece in pieces))
    say(f"wrote {output}: {summary(marked)}")


def said(marked: Marked, form: str) -> None:
    """Write the results to standard output."""
    from ..batch.final import summary
    from ..batch.formats import listed

    if form == "parquet":
        raise click.UsageError("Parquet is no text; name a file with -o FILE.parquet")
    if form == "text" and len(marked) > 1 and not marked.verbose:
        for line, became in listed(marked):
            say(styled(line, fg=COLOURS[became]))
        say(summary(marked))
        return
    for piece in FORMATS[form].write(marked):
        click.echo(clean(str(piece)), nl=False)


def nearly_the_same(marked: Marked) -> Iterator[str]:
    """Yield a line for each group of answers that are nearly the same."""
    from ..batch.likeness import alike

    for question, group in alike(marked):
        yield f"nearly the same, as information, in {question}: {', '.join(str(one['id']) for one in group)}"


def whole(marked: Marked) -> dict[str, Any]:
    """Return what --json says: the result itself if there is one alone, else all of them with their counts."""
    from ..batch.final import counted

    results = list(marked)
    if len(results) == 1 and not marked.of.faults:
        return {"ok": True, **results[0]}
    return {"ok": bool(results), "results": results, "counts": counted(results), "faults": marked.of.faults}


def drawn(marked: Marked, path: str | None) -> None:
    """Draw the verdict on the one answer there is, where a picture is asked for."""
    from ..batch.results import graded
    from ..errors import LearnerError

    if path is None:
        return
    if len(marked) != 1:
        raise LearnerError(f"--draw takes one answer, met {len(marked)}; grade one file, or use Grade.draw from Python")
    for file in graded(marked.submission(0), marked.folder).draw(path):
        complain(f"wrote {file}", mark=False)


def show_changes(old: str, new: str, as_json: bool) -> None:
    """Show what changed between two files of results."""
    from ..batch.compare import changes, summary
    from ..batch.final import read_results

    one, other = read_results(old), read_results(new)
    found = changes(one, other)
    if as_json:
        show_json(
            {
                "ok": True,
                "changes": [
                    {
                        "id": c.id,
                        "before": c.before,
                        "after": c.after,
                        "score": c.score,
                        "misconceptions": c.misconceptions,
                    }
                    for c in found
                ],
                "summary": summary(one, other, found),
            }
        )
        return
    for change in found:
        say(str(change))
    say(summary(one, other, found))

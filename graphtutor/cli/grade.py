"""`grade`: one answer or many, from files; what a person decides about them; and what a change changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..batch.formats import FORMATS
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
    from concurrent.futures import Executor

    from ..batch.results import Graded
    from ..batch.reviews import Reviews
    from ..batch.submissions import Submission

UNREADABLE = 3
ROOM = 64_000, 2_000  # bytes that a file of results takes at the most, and for each answer
COLOURS = {"right": "green", "not right": "red", "undecided": "yellow"}


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
    "--format", "form", type=click.Choice(tuple(FORMATS)), help="How the results are written; text, or json for a file."
)
@click.option("-o", "--output", metavar="FILE", help="Write the results to FILE.")
@click.option("--draw", metavar="FILE", help="Draw the graph with the broken edge marked: FILE.svg, .png or .pdf.")
@click.option("-v", "--verbose", is_flag=True, help="Of many answers too, show every line.")
@click.option(
    "-j", "--jobs", type=click.IntRange(1, 256), default=1, help="Processes to grade with.", show_default=True
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
def grade(paths: tuple[str, ...], form: str | None, output: str | None, draw: str | None, verbose: bool, jobs: int, review: bool,
          decide: tuple[str, ...], reviews: str | None, diff: tuple[str, str] | None, own_questions: bool, as_json: bool, **about: Any) -> None:  # fmt: skip
    """Grade answers: an expression, a derivation, a filled-in sheet, or Python code.

    PATH is a file or a folder: submissions as JSON, JSON lines or CSV (id, exercise or expression and wrt, answer);
    a sheet; .py; or the lines of one answer, with --exercise, or --expression and --wrt. - is standard input.
    Exit code 0 whenever it graded, 3 if there was nothing that could be.

    \b
    graphtutor grade answer.txt --expression "(w*x + b - y)**2" --wrt w
    graphtutor grade week3/ -j 4 -o week3.results.jsonl
    graphtutor grade week3/ --review
    """
    if diff is not None:
        show_changes(*diff, as_json)
        return
    ctx = click.get_current_context()
    if not paths:
        raise click.UsageError("no PATH to grade; give a file, a folder, or - for standard input", ctx)
    from ..batch import reviews as kept

    place = Path(output) if output else None
    refuse_place(place)
    found, faults = collected(paths, teachers(about), own_questions)
    probe(place, ROOM[0] + ROOM[1] * len(found))
    decisions = kept.load(Path(reviews) if reviews else kept.beside("standard-input" if paths[0] == "-" else paths[0]))
    every = worked_out(found, jobs, (ctx.obj or {}).get("exercises"), verbose)
    every, decisions = decided([decisions.put_in(g) for g in every], decisions, decide)
    if review:
        every = reviewed(every, decisions)
    if draw:
        drawn(every, draw)
    shown(every, faults, form or ("json" if output and not as_json else "text"), output, verbose, as_json)
    if faults and not every:
        raise click.exceptions.Exit(UNREADABLE)


# ----- where the results go, before anything is graded -----
def refuse_place(path: Path | None) -> None:
    """Refuse a place for results that is no file."""
    from ..errors import LearnerError

    if path is not None and path.exists() and not path.is_file():
        kind = "a folder" if path.is_dir() else "no regular file"
        raise LearnerError(f"cannot write {path}: it is {kind}; choose another place")


def probe(path: Path | None, size: int) -> None:
    """Write as much as the results may take beside their place, and take it away: a full disk is found now."""
    from ..errors import LearnerError
    from ..text import written

    if path is None:
        return
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


def collected(paths: Sequence[str], says: dict[str, Any], trust: bool) -> tuple[list[Submission], list[str]]:
    """Return the submissions of all paths; what is none is complained of, one line each."""
    from ..batch.submissions import Fault, gathered, of_text
    from .shared import standard_input

    typed = of_text(standard_input(), Path("standard input"), says, trust) if "-" in paths else ()
    found: list[Submission] = []
    faults: list[str] = []
    for one in (*typed, *gathered([path for path in paths if path != "-"], says, trust)):
        if isinstance(one, Fault):
            faults.append(str(one))
            complain(" ".join(str(one).split())[:300])
        else:
            found.append(one)
    if not found and not faults:
        faults.append("nothing to grade")
        complain(f"nothing to grade in {', '.join(paths)}; expected files with answers")
    return found, faults


def worked_out(found: list[Submission], jobs: int, folder: str | None, verbose: bool) -> list[Graded]:
    """Return the grades of submissions; what we fail on is complained of."""
    from concurrent.futures import BrokenExecutor

    from ..batch.results import attempts, ungraded

    every: list[Graded] = []
    try:
        with executor(jobs, len(found)) as pool:
            every.extend(attempts(found, pool, folder))
    except BrokenExecutor:
        why = "the process that graded it ended before it was done; grade it again"
        complain(f"a process that graded ended: {len(found) - len(every)} answers are left undecided")
        every.extend(ungraded(one, why) for one in found[len(every) :])
    for failed in (g for g in every if g.bug):
        shown = f"\n{failed.bug}" if verbose else " with what -v shows"
        complain(f"{failed.one.where}: {failed.error}; please report it{shown}")
    return every


@contextmanager
def executor(jobs: int, count: int) -> Iterator[Executor | None]:
    """Yield a pool of processes, or None where one process does it all."""
    if jobs == 1 or count < 2:
        yield None
        return
    from concurrent.futures import ProcessPoolExecutor
    from functools import partial
    from multiprocessing import get_context
    from signal import SIG_IGN, SIGINT, signal

    # Ctrl-C ends this process, which ends the others; they themselves say nothing
    with ProcessPoolExecutor(
        min(jobs, count), mp_context=get_context("spawn"), initializer=partial(signal, SIGINT, SIG_IGN)
    ) as pool:
        try:
            yield pool
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


# ----- what a person decides -----
def decided(every: list[Graded], decisions: Reviews, texts: tuple[str, ...]) -> tuple[list[Graded], Reviews]:
    """Return the grades after the decisions of --decide, which are kept."""
    from ..batch.reviews import decision
    from ..errors import LearnerError

    for text in texts:
        name, equals, verdict = text.partition("=")
        place = next((k for k, g in enumerate(every) if g.one.id == name.strip()), None)
        if not equals or place is None:
            raise LearnerError(
                f"no answer '{name.strip()}' here to decide; expected --decide ID=right, and the ids are {', '.join(g.one.id for g in every[:8])}"
            )
        decisions = decisions.decided(every[place].one, None if verdict.strip() == "undo" else decision(verdict))
        every[place] = decisions.put_in(every[place])
    return every, decisions


def reviewed(every: list[Graded], decisions: Reviews) -> list[Graded]:
    """Ask a person about each grade that waits for one, and keep each decision as it is made."""
    open_ = [k for k, g in enumerate(every) if g.waits]
    if not open_:
        say("nothing is undecided or disputed.")
    for place, k in enumerate(open_, 1):
        one = every[k].one
        student = f", {one.data['student']}" if one.data.get("student") else ""
        say(f"{place} of {len(open_)}: {one.id}{student}  ({one.question})")
        say(every[k].grade.to_text())
        try:
            decisions = asked(one, decisions)
        except (click.Abort, EOFError):
            say()
            break
        every[k] = decisions.put_in(every[k])
    return every


def asked(one: Submission, decisions: Reviews) -> Reviews:
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
            return decisions.decided(one, decision(text))
        except LearnerError as error:
            complain(str(error))


# ----- what is shown -----
def shown(every: list[Graded], faults: list[str], form: str, output: str | None, verbose: bool, as_json: bool) -> None:
    """Write the results in the form asked for, to a file or here."""
    from ..batch.formats import listed, summary

    if as_json:
        show_json(whole(every, faults))
    elif output is not None:
        from ..text import written

        written(Path(output), (FORMATS[form](every, verbose) + "\n").encode("utf-8", "replace"))
        say(f"wrote {output}: {summary(every)}")
    elif form == "text" and len(every) > 1 and not verbose:
        for line, became in listed(every):
            say(styled(line, fg=COLOURS[became]))
        say(summary(every))
    elif every or form != "text":
        say(FORMATS[form](every, verbose))


def whole(every: list[Graded], faults: list[str]) -> dict[str, Any]:
    """Return what --json says: the result itself if there is one alone, else all of them with their counts."""
    from ..batch.formats import counted

    results = [g.result for g in every]
    if len(results) == 1 and not faults:
        return {"ok": True, **results[0]}
    return {"ok": bool(results), "results": results, "counts": counted(results), "faults": faults}


def drawn(every: list[Graded], path: str) -> None:
    """Draw the verdict on the one answer there is."""
    from ..errors import LearnerError

    if len(every) != 1:
        raise LearnerError(f"--draw takes one answer, met {len(every)}; grade one file, or use Grade.draw from Python")
    for file in every[0].grade.draw(path):
        complain(f"wrote {file}", mark=False)


def show_changes(old: str, new: str, as_json: bool) -> None:
    """Show what changed between two files of results."""
    from ..batch.compare import changes, summary
    from ..batch.formats import read_results

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

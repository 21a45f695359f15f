"""`grade`: one answer or many, from files; what a person decides about them; and what a change changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .shared import ASSUME, CONSTANTS, SHAPES, complain, constants_of, json_option, say, shapes_of, show_json, styled

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from ..batch.results import Graded
    from ..batch.reviews import Reviews
    from ..batch.submissions import Fault, Submission

UNREADABLE = 3
FORMATS = ("text", "json", "markdown", "csv", "gradescope", "prairielearn")
COLOURS = {"right": "green", "not right": "red", "undecided": "yellow"}
WIDEST = 80


@click.command()
@click.argument("paths", metavar="PATH…", nargs=-1)
@click.option("--exercise", metavar="ID", help="The exercise that is answered, where a file does not say it.")
@click.option("--expression", metavar="EXPR", help="The expression or program that is differentiated.")
@click.option("--wrt", metavar="NAME,…", help="By which name, or names.")
@ASSUME
@SHAPES
@CONSTANTS
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
    "--format", "form", type=click.Choice(FORMATS), help="How the results are written; text, or json for a file."
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
          decide: tuple[str, ...], reviews: str | None, diff: tuple[str, str] | None, as_json: bool, **about: Any) -> None:  # fmt: skip
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
    from ..batch.results import attempts

    found, faults = collected(paths, defaults(about))
    folder = (ctx.obj or {}).get("exercises")
    decisions = kept.load(Path(reviews) if reviews else kept.beside("standard-input" if paths[0] == "-" else paths[0]))
    with executor(jobs, len(found)) as pool:
        every = [decisions.put_in(g) for g in attempts(found, pool, folder)]
    for failed in (g for g in every if g.bug):
        complain(
            f"{failed.one.where}: {failed.error}; please report it"
            + (f"\n{failed.bug}" if verbose else " with what -v shows")
        )
    every, decisions = decided(every, decisions, decide)
    if review:
        every = reviewed(every, decisions)
    if draw:
        drawn(every, draw)
    shown(every, faults, form or ("json" if output and not as_json else "text"), output, verbose, as_json)
    if faults and not every:
        raise click.exceptions.Exit(UNREADABLE)


# ----- what is graded -----
def defaults(about: dict[str, Any]) -> dict[str, Any]:
    """Return what the command line says of every answer that does not say it itself."""
    found: dict[str, Any] = {key: about[key] for key in ("exercise", "expression", "function") if about[key]}
    if about["wrt"]:
        names = [name.strip() for name in about["wrt"].split(",") if name.strip()]
        found["wrt"] = names[0] if len(names) == 1 else names
    rubric: dict[str, Any] = {"points": numbers_of(about["points"])} if about["points"] else {}
    rubric |= ({"follow": about["follow"]} if about["follow"] is not None else {}) | (
        {"form": list(about["forms"])} if about["forms"] else {}
    )
    rubric |= {"variant": True} if about["variant"] else {}
    if rubric:
        found["rubric"] = rubric
    if about["assume"]:
        found["assume"] = "; ".join(about["assume"])
    sizes, fixed = shapes_of(about["shapes"], None), constants_of(about["constants"])
    return {
        **found,
        **({"shapes": {n: list(s) for n, s in sizes.items()}} if sizes else {}),
        **({"constants": fixed} if fixed else {}),
    }


def numbers_of(text: str) -> list[float]:
    """Return the numbers of --points.

    >>> numbers_of("1,2.5")
    [1.0, 2.5]
    """
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise click.UsageError(f"--points takes numbers such as 1,2,2, met '{text}'") from None


def collected(paths: Sequence[str], known: dict[str, Any]) -> tuple[list[Submission], list[str]]:
    """Return the submissions of all paths; what is none is complained of, one line each."""
    from ..batch.submissions import Fault, gathered, of_text
    from .shared import standard_input

    found: list[Submission] = []
    faults: list[str] = []
    for path in paths:
        items: Iterable[Submission | Fault] = (
            of_text(standard_input(), Path("standard input"), known) if path == "-" else gathered([path], known)
        )
        for one in items:
            if isinstance(one, Fault):
                faults.append(str(one))
                complain(" ".join(str(one).split())[:300])
            else:
                found.append(one)
    if not found and not faults:
        faults.append("nothing to grade")
        complain(f"nothing to grade in {', '.join(paths)}; expected files with answers")
    return numbered(found), faults


def numbered(found: list[Submission]) -> list[Submission]:
    """Return submissions with ids of their own, over all paths."""
    from dataclasses import replace

    seen: dict[str, int] = {}
    out = []
    for one in found:
        seen[one.id] = seen.get(one.id, 0) + 1
        out.append(one if seen[one.id] == 1 else replace(one, id=f"{one.id}#{seen[one.id]}"))
    return out


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
    from ..batch.reviews import waits

    open_ = [k for k, g in enumerate(every) if waits(g)]
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
    if as_json:
        show_json(whole(every, faults))
        return
    text = formed(every, form, verbose)
    if output is None:
        if text:
            say(text)
        return
    from ..text import written as stored

    stored(Path(output), (text + "\n").encode("utf-8", "replace"))
    say(f"wrote {output}: {said(every)}")


def whole(every: list[Graded], faults: list[str]) -> dict[str, Any]:
    """Return what --json says: the result itself if there is one alone, else all of them with their counts."""
    from ..batch.results import counted

    results = [g.result for g in every]
    if len(results) == 1 and not faults:
        return {"ok": True, **results[0]}
    return {"ok": bool(results), "results": results, "counts": counted(results), "faults": faults}


def formed(every: list[Graded], form: str, verbose: bool) -> str:
    """Return the grades as text in a form."""
    import json

    from ..batch.results import SYSTEMS, as_csv, as_lines
    from ..grading.told.report import escaped

    if form in SYSTEMS:
        made = {g.one.id: SYSTEMS[form](g.result) for g in every}
        return json.dumps(next(iter(made.values())) if len(made) == 1 else made, ensure_ascii=False, indent=1)
    if form in ("json", "csv"):
        return (as_lines if form == "json" else as_csv)([g.result for g in every])
    if form == "markdown":
        return "\n".join(
            (f"## {escaped(g.one.id)}\n\n" if len(every) > 1 else "") + g.grade.to_markdown() for g in every
        ).rstrip("\n")
    if len(every) == 1 or verbose:
        return "\n\n".join((f"{g.one.id}\n" if len(every) > 1 else "") + g.grade.to_text() for g in every)
    return listed(every)


def listed(every: list[Graded]) -> str:
    """Return one line for each grade, and a sentence about all of them."""
    from ..batch.results import final, word

    if not every:
        return ""
    wide = min(24, max(len(g.one.id) for g in every))
    lines = []
    for g in every:
        correct, score = final(g.result)
        line = f"{g.one.id[:wide]:<{wide}}  {word(correct):<9}  {100 * score:3.0f} %  {remark(g)}".rstrip()
        lines.append(styled(line if len(line) <= WIDEST else line[: WIDEST - 3] + "...", fg=COLOURS[word(correct)]))
    return "\n".join([*lines, said(every)])


def remark(graded: Graded) -> str:
    """Return what one line says behind a score: the first wrong line and the misconception, or why it is open."""
    grade = graded.grade
    if grade.human and not dict(grade.human).get("stale"):
        return "decided by a person"
    first = "" if grade.first_wrong is None else f"{'row' if grade.table else 'line'} {grade.first_wrong + 1}  "
    return (
        ""
        if grade.correct
        else grade.message
        if grade.correct is None
        else first + " ".join(m.id for m in grade.misconceptions[:1])
    )


def said(every: list[Graded]) -> str:
    """Return the grades in one sentence."""
    from ..batch.results import counted
    from ..batch.reviews import waits

    counts = counted(g.result for g in every)
    waiting = sum(map(waits, every))
    told = ", ".join(f"{n} {name}" for name, n in counts.items() if n)
    return f"{len(every)} graded: {told}." + (
        f" {waiting} wait{'s' * (waiting == 1)} for a person: --review." if waiting else ""
    )


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
    from ..batch.results import read_results

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

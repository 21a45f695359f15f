"""The commands of the shell: one module a family, loaded when its command is asked for.

Exit codes: 0 right or done, 1 not right, 2 usage, 3 the input cannot be read, 5 undecided, 70 our bug, 130 interrupted.
"""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module

import click

from .. import __version__
from ..errors import AuthorError, LearnerError, ReadError
from ..text import clean, near, unusable
from .shared import Answer, complain, plain_streams, show_json

BUG, INTERRUPTED = 70, 130
SELDOM = 50_000  # new objects between two collections of garbage: imports make many that stay, and looking through them took a tenth of the start

# command -> the module that holds it and its line in the help, which so needs no command imported
COMMANDS = {
    "draw": ("draw", "Draw the graph, one step of it, or the finished backward pass."),
    "step": ("step", "Walk forward and backward one step at a time."),
    "check": ("check", "Check every gradient against SymPy's derivative."),
    "derive": ("derive", "Derive a gradient line by line, each with its rule."),
    "same": ("check", "Say whether two expressions are equal, and what shows it."),
    "grade": ("grade", "Grade answers: expressions, derivations, sheets, code."),
    "sheet": ("sheet", "Print a backprop sheet to hand out, or its key."),
    "train": ("train", "Train the parameters of a loss by gradient descent, or open one update up."),
    "plot": ("train", "Plot losses, boundaries, the surface with the paths of descent, and more."),
    "list": ("lesson", "List the exercises with what is done."),
    "next": ("lesson", "Go to the next exercise that is still open."),
    "show": ("lesson", "Show an exercise."),
    "answer": ("lesson", "Grade an answer to an exercise."),
    "hint": ("lesson", "Give the next hint, the nearest first."),
    "solution": ("lesson", "Show a solution."),
    "skip": ("lesson", "Leave an exercise out for now."),
    "goto": ("lesson", "Go to an exercise; the lesson goes on from there."),
    "reset": ("lesson", "Begin an exercise again, or another variant of it."),
    "watch": ("lesson", "Grade a file each time it is saved."),
    "review": ("lesson", "Ask again what went wrong before."),
    "lesson": ("site", "Hold the lesson here, or with --web as a page in the browser."),
    "site": ("site", "Write the lesson as a static site: Python runs in the page."),
    "author": ("author", "Write exercises of your own: new, check, preview."),
    "demo": ("draw", "Run the lecture's squared error, drawn and checked."),
    "manual": ("manual", "Write the manual as pages into a folder."),
    "doctor": ("doctor", "Say what this machine has, and what to do about what it lacks."),
}


class Commands(click.Group):
    """The group of all commands, each imported when it is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = import_module(f".{COMMANDS[name][0]}", __name__)
        command: click.Command = getattr(module, f"{name}_", None) or getattr(
            module, name
        )  # list_ and next_ are Python's own words
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS:
            ctx.fail(unknown(args[0]))
        return super().resolve_command(ctx, args)


def unknown(word: str) -> str:
    """Return what to say to a word that is no command.

    >>> unknown("drwa")
    "no command 'drwa' (did you mean 'draw'?); 'graphtutor --help' lists them"
    >>> unknown("x**2")
    "no command 'x**2'; to draw an expression: graphtutor draw 'x**2'"
    """
    if word.startswith("-"):
        return f"no option '{word}'; 'graphtutor --help' lists what there is"
    meant = near(word, COMMANDS)
    if not meant and not word.isidentifier():
        return f"no command '{word}'; to draw an expression: graphtutor draw '{word}'"
    return f"no command '{word}'{meant}; 'graphtutor --help' lists them"


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="graphtutor %(version)s")
@click.option("--exercises", metavar="DIR", help="A folder of exercises for the lesson.")
@click.option("--course", metavar="FILE", help="A course file for the lesson.")
@click.option("--progress", metavar="FILE", help="Where the lesson's progress is kept.")
@click.option("--seed", metavar="TEXT", help="Draw the lesson's exercises as variants, such as with your name.")
@click.option(
    "--road", metavar="NAME", help="A shorter way through the lesson, such as core; all takes the whole again."
)
@click.pass_context
def cli(
    ctx: click.Context,
    exercises: str | None,
    course: str | None,
    progress: str | None,
    seed: str | None,
    road: str | None,
) -> None:
    """Draw an expression's computation graph, walk it backwards one edge at a time, and check every gradient.

    Without a command, in a terminal: the lesson, from where you left it.

    \b
    graphtutor draw "(w*x + b - y)**2" --at w=2,x=3,b=1,y=5 --backward -o mse.svg
    graphtutor step "(w*x + b - y)**2" --at w=2,x=3,b=1,y=5
    graphtutor check "log(1 + exp(-y*w*x))"
    """
    ctx.obj = {"exercises": exercises, "course": course, "progress": progress, "road": road}
    if ctx.invoked_subcommand is None:
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            click.echo(ctx.get_help())
            return
        from .lesson import resume

        resume(seed)


def whole(args: list[str]) -> None:
    """Raise LearnerError for an argument that no file, and no shell, could hold."""
    for c in "".join(args):
        if c == "\0" or "\ud800" <= c < "\udc80" or "\udcff" < c <= "\udfff":
            raise LearnerError(f"an argument holds {'a NUL' if c == chr(0) else 'half a'} character; leave that out")


def main(args: list[str] | None = None) -> int:
    """Run a command and return its exit code; what a learner can mend is one line on stderr, never a traceback."""
    args = sys.argv[1:] if args is None else args
    gc.set_threshold(SELDOM)
    plain_streams()
    try:
        whole(args)
        result = cli.main(args, prog_name="graphtutor", standalone_mode=False)
        sys.stdout.flush()
        return int(result or 0)
    except (click.Abort, KeyboardInterrupt, EOFError):
        complain("interrupted")
        return INTERRUPTED
    except Answer as answer:
        return answer.code
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 2
    except click.ClickException as error:
        return refused(error.format_message(), error, args, help_line(error, args))
    except (LearnerError, AuthorError) as error:
        return refused(str(error), error, args)
    except BrokenPipeError:  # the reader of our output has left, as in `graphtutor step … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if isinstance(error, OSError) and error.filename is not None:  # a place that somebody named
            return refused(unusable(error), error, args)
        import traceback

        traceback.print_exc()
        complain(
            "this is a bug of graphtutor, not of your input; please report it with the lines above and the command you ran"
        )
        return BUG


def help_line(error: click.ClickException, args: list[str]) -> str:
    context = getattr(error, "ctx", None)
    path = context.command_path if context and context.parent else ""
    if context is None and isinstance(error, click.BadOptionUsage):  # click does not say of which command
        path = " ".join(["graphtutor", *[word for word in args if word in COMMANDS][:1]])
    return f"; '{path} --help' shows what it takes" if path else ""


def refused(message: str, error: Exception, args: list[str], after: str = "") -> int:
    """Say in one line what was refused, with the place under it where text could not be read; return the exit code."""
    line = " ".join(clean(message).split()).rstrip(".") + after
    complain(line)
    if isinstance(error, ReadError) and error.source:
        complain(error.caret, mark=False)
    code = error.exit_code if isinstance(error, click.ClickException) else int(getattr(error, "code", 2))
    if "--json" in args:
        where = (
            {"line": error.line, "column": error.column, "caret": error.caret} if isinstance(error, ReadError) else {}
        )
        show_json({"ok": False, "error": line, "kind": type(error).__name__, "code": code, **where})
    return code

"""`train` and `plot`: gradient descent on any loss and any data, as numbers, an opened-up update, or a picture."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import click

from ..errors import LearnerError
from ..training.methods import METHODS, SCHEDULES
from .shared import (
    CONSTANTS,
    SHAPES,
    TIE,
    Answer,
    Command,
    Expression,
    complain,
    constants_of,
    json_option,
    listed,
    pairs,
    say,
    shapes_of,
    show_json,
    text_of,
)

NOT_RIGHT = 1
LECTURE = "f = w0*x0 + w1*x1 + b\nL = (f - y)**2"
SHOWN = 25  # epochs printed one by one; of longer runs the first and last ones
KINDS = ("loss", "boundary", "regions", "surface", "saturation", "robustness")
BELONGS = {
    "slide": ("boundary",),
    "frames": ("boundary",),
    "epoch": ("boundary", "regions"),
    "over": ("surface",),
}  # options that only these plots have
EXERCISE = re.compile(r"[A-Za-z][\w-]*")


def run_options(command: Command) -> Command:
    """Give a command all that says what is descended, over which data and how."""
    for option in (
        CONSTANTS,
        SHAPES,
        TIE,
        click.option(
            "--sequential",
            is_flag=True,
            help="The common slip: update each parameter before the next one's gradient is taken.",
        ),
        click.option(
            "--tolerance", type=float, default=0.0, help="How much the loss has to fall to count as progress."
        ),
        click.option("--patience", type=int, metavar="N", help="Stop after N epochs without progress."),
        click.option("--clip", type=float, metavar="LENGTH", help="Bound the length of the whole gradient."),
        click.option(
            "--seed",
            type=click.IntRange(0),
            default=0,
            help="Decides the random start and the shuffling.",
            show_default=True,
        ),
        click.option("--shuffle", is_flag=True, help="Shuffle the points in every epoch."),
        click.option(
            "--setting",
            multiple=True,
            metavar="NAME=VALUE,…",
            help="Settings of the method, such as momentum=0.9 or beta1=0.9.",
        ),
        click.option(
            "--schedule",
            default="constant",
            metavar="NAME",
            help=f"How the rate changes: {', '.join(s.spelled for s in SCHEDULES)}.",
        ),
        click.option("--rate", type=float, default=0.01, help="The learning rate.", show_default=True),
        click.option(
            "--reduction",
            type=click.Choice(["sum", "mean"]),
            default="sum",
            help="Sum or average the gradients of a batch.",
            show_default=True,
        ),
        click.option("--batch-size", type=int, metavar="N", help="Points in a minibatch."),
        click.option(
            "--epochs", type=click.IntRange(0), default=20, help="How often to go through the data.", show_default=True
        ),
        click.option(
            "--start",
            multiple=True,
            metavar="NAME=VALUE,…",
            help="First values of parameters, such as w0=0.5,b=0; random where not given.",
        ),
        click.option(
            "--learn",
            "parameters",
            multiple=True,
            metavar="NAME,…",
            help="Inputs that are to be learned although they are not called like parameters.",
        ),
        click.option(
            "--data",
            "source",
            default="lecture",
            metavar="FILE",
            help="A .csv with a header, an .npz, or 'lecture' for its four points.",
            show_default=True,
        ),
    ):
        command = option(command)
    return command


@click.command(cls=Expression)
@click.argument("expr", metavar="EXPR|EXERCISE", callback=text_of)
@click.option(
    "--method",
    type=click.Choice([method.name for method in METHODS]),
    default="sgd",
    help="How to descend.",
    show_default=True,
)
@click.option("--step", is_flag=True, help="Open the loop up: show one update with every number filled in.")
@run_options
@click.option(
    "--update",
    type=click.IntRange(1),
    default=1,
    metavar="N",
    help="Which update --step shows, counted from 1.",
    show_default=True,
)
@click.option("--csv", "table", metavar="FILE", help="Write every epoch to a CSV file.")
@click.option(
    "--every",
    type=click.Choice(["epoch", "update"]),
    default="epoch",
    help="What a row of the CSV file is.",
    show_default=True,
)
@click.option(
    "-o", "--output", metavar="FILE", help="Draw the loss by epoch, or with --step the graph with its gradients."
)
@json_option
def train(
    expr: str,
    method: str,
    step: bool,
    update: int,
    table: str | None,
    every: str,
    output: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Train the parameters of a loss by gradient descent.

    Inputs that the data name are data. What has a --start or is named by --learn is learned, and so is
    what is called like a parameter (w, b, W, U, V, theta, with digits). Exit code 1 if the loss turned out not finite (the last good parameters are shown).

    \b
    graphtutor train "f = w0*x0 + w1*x1 + b; L = (f - y)**2" --start w0=.5,w1=-.3,b=.1
    graphtutor train "f = w0*x0 + w1*x1 + b; L = max(0, 1 - y*f)" --method batch --step
    graphtutor train "L = cross_entropy(W@x + b, y)" --data iris.csv --shapes W=3x4,x=4,b=3,y=3
    """
    h = ran(expr, method, options)
    files = [h.to_csv(table, every) and table] if table else []
    if step:
        opened(h, update - 1, output, files, as_json)
    else:
        if output:
            files.append(str(h.plot().save(output)))
        show_json(as_data(h, files)) if as_json else show(h, files)
    if h.stopped is not None and h.stopped.reason == "not finite":
        if not as_json:
            complain(h.stopped.message)
        raise Answer(NOT_RIGHT)


def ran(expr: str, method: str, options: dict[str, Any]) -> Any:
    """Return the History of a run as the command line says it."""
    from ..front.api import graph as make
    from ..training.data import load, shapes_from, table_for
    from ..training.train import train as trained

    o = dict(options)
    start = {
        name: number(name, listed(name, text)) for name, text in pairs(o.pop("start"), "--start", "w0=0.5,b=0").items()
    }
    settings = {name: number(name, text) for name, text in pairs(o.pop("setting"), "--setting", "momentum=0.9").items()}
    for name, value in settings.items():
        if isinstance(value, list) or name in o:
            raise LearnerError(
                f"cannot read '{name}' in --setting; expected name=number, such as --setting momentum=0.9"
            )
    parameters = [name.strip() for names in o.pop("parameters") for name in names.split(",")]
    table = load(o.pop("source"))
    shapes, constants = shapes_of(o.pop("shapes"), start), constants_of(o.pop("constants"))
    program, more, fixed = exercise_or(expr)
    graph = make(program, shapes={**shapes_from(table), **more, **shapes}, constants={**fixed, **constants})
    return trained(graph, table_for(graph, table), method=method, start=start, parameters=parameters, **o, **settings)


def number(name: str, value: Any) -> Any:
    """Return a start or setting as a float, or lists of floats."""
    if isinstance(value, list):
        return value
    from ..walk.trace import exactly

    return float(exactly(name, value))


def exercise_or(expr: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Return the program of an exercise with its shapes and constants, if `expr` is the id of one; else the text itself."""
    if EXERCISE.fullmatch(expr):
        from ..tutor.exercises import library

        known = library()
        if expr in known:
            found = known.exercise(expr)
            if not found.program:
                raise LearnerError(f"exercise '{expr}' has no program to train; give an expression")
            complain(f"'{expr}' is an exercise: {found.title}")
            return found.program, dict(found.shapes), dict(found.constants)
    return expr, {}, {}


# ----- what is shown -----
def as_data(h: Any, files: list[str]) -> dict[str, Any]:
    stop = None if h.stopped is None else h.stopped._asdict()
    found = predicted(h)
    told = None if found is None else {"node": found.node, "classes": found.classes, "labels": found.labels, "scores": found.scores,
                                       "accuracy": found.accuracy, "confusion": found.confusion}  # fmt: skip
    return {"ok": stop is None or stop["reason"] != "not finite", "method": h.plan.method.name, "epochs": len(h.losses), "updates": h.state.updates, "losses": h.losses,
            "loss": h.loss, "parameters": h.final, "history": h.parameters, "rates": h.rates, "prediction": told, "stopped": stop, "files": files}  # fmt: skip


def predicted(h: Any) -> Any:
    """Return the prediction of the training data if they have classes, else None."""
    try:
        found = h.predict()
        return found if found.classes and found.answers is not None else None
    except LearnerError:
        return None


# branches: a line for each thing that a run may have to say
def show(h: Any, files: list[str]) -> None:
    """Print the losses and parameters by epoch, the parameters after the last, and what is predicted."""
    from ..walk.trace import shown

    scalars = [name for name, rows in h.parameters.items() if rows.ndim == 1]
    say("epoch  " + "".join(f"{name:>13}" for name in ("loss", *scalars)))
    losses = [*h.losses, h.loss]
    count = len(losses)
    for k, loss in enumerate(losses):
        if count <= SHOWN or k < 10 or k >= count - 10:
            say(f"{k:5d}  " + "".join(f"{shown(v):>13}" for v in (loss, *(h.parameters[name][k] for name in scalars))))
        elif k == 10:
            say("    …")
    for name, value in h.final.items():
        if name not in scalars:
            say(f"{name} = {shown(value)}")
    say(f"loss {h.spark}  {shown(losses[0])} → {shown(h.loss)} in {h.state.updates} updates")
    if h.stopped is not None and h.stopped.reason != "not finite":
        say(h.stopped.message)
    if h.diverges:
        say(h.diverges)
    found = predicted(h) if h.stopped is None or h.stopped.reason != "not finite" else None
    if found is not None:
        right = int((found.chosen == found.known).sum())
        say(found.print_out if len(found.chosen) <= SHOWN else found.table)
        say(f"{right} of {len(found.chosen)} right")
    for file in files:
        say(f"wrote {file}")


def opened(h: Any, number_: int, output: str | None, files: list[str], as_json: bool) -> None:
    """Show one update with every number, and draw its graph with the gradients if asked to."""
    from ..picture.steps.save import save

    u = h.update(number_)
    if output:
        files += [str(path) for path in save(u.trace, output, len(u.trace.steps) - 1)]
    if as_json:
        show_json({"ok": True, "update": u.number + 1, "epoch": u.epoch, "points": [k + 1 for k in u.points], "rate": u.rate, "before": u.before, "gradients": u.gradients,
                   "after": u.after, "loss": {"before": u.loss(u.before), "after": u.loss(u.after)}, "lines": u.lines(), "files": files})  # fmt: skip
    else:
        say("\n".join([*u.lines(), *(f"wrote {file}" for file in files)]))


# ----- pictures -----
@click.command(cls=Expression)
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("expr", metavar="[EXPR|EXERCISE]", required=False)
@click.option(
    "--method",
    "methods",
    multiple=True,
    type=click.Choice([method.name for method in METHODS]),
    help="How to descend; several times for several runs together.",
)
@run_options
@click.option("--over", metavar="NAME,NAME", help="The two parameters of a surface, such as w0,w1 or W[0,0],W[0,1].")
@click.option("--epoch", type=int, metavar="N", help="The epoch that boundary and regions show; the last if left out.")
@click.option("--slide", is_flag=True, help="Draw the lecture's wrong formula of the boundary beside the right one.")
@click.option("--frames", is_flag=True, help="Draw the boundary of every epoch, into a folder or a .gif.")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="FILE.svg, .png, .pdf; with --frames a folder or a .gif; outputs/KIND.svg if left out.",
)
@json_option
def plot(
    kind: str, expr: str | None, methods: tuple[str, ...], output: str | None, as_json: bool, **options: Any
) -> None:
    """Plot a run, or what the lecture says about losses.

    loss by epoch; the data with their boundary or regions; the surface of the loss with the paths of
    descent; saturation of squared error beside cross entropy; robustness against one far point.
    Without EXPR it is the lecture's squared error on its four points.

    \b
    graphtutor plot boundary --slide -o boundary.svg
    graphtutor plot surface --method sgd --method minibatch --method batch --reduction mean
    graphtutor plot boundary --frames -o descent.gif
    """
    from ..picture.plots.figures import save_frames

    for name, kinds in BELONGS.items():
        if options[name] not in (None, False) and kind not in kinds:
            raise LearnerError(f"--{name} belongs to plot {' and plot '.join(kinds)}; leave it out of plot {kind}")
    frames = options.pop("frames")
    text = ""
    if kind in ("saturation", "robustness"):
        plots, text = lecture_plot(kind, expr)
    else:
        plots = run_plots(kind, expr, methods, frames, options)
    place = output or f"outputs/{kind}" + ("" if frames else ".svg")
    files = [str(path) for path in (save_frames(plots, place) if frames else [plots[0].save(place)])]
    if as_json:
        show_json({"ok": True, "files": files, "title": plots[-1].title, "alt": plots[-1].alt, "text": text})
    else:
        say(
            "\n".join(
                part
                for part in (
                    text,
                    plots[-1].alt,
                    f"wrote {files[0]}" + (f" … {files[-1]} ({len(files)} frames)" if len(files) > 1 else ""),
                )
                if part
            )
        )


def lecture_plot(kind: str, expr: str | None) -> tuple[list[Any], str]:
    """Return a plot of what the lecture says about losses, with the sentences judged."""
    from ..picture.plots.curves import robustness_plot, saturation_plot
    from ..training.losses import compare_losses
    from ..training.outliers import outliers

    if expr is not None:
        raise LearnerError(f"plot {kind} draws the lecture's own example; leave '{expr}' out")
    if kind == "saturation":
        return [saturation_plot()], str(compare_losses())
    found = outliers()
    return [robustness_plot(found)], str(found)


def run_plots(
    kind: str, expr: str | None, methods: tuple[str, ...], frames: bool, options: dict[str, Any]
) -> list[Any]:
    """Return the plots of one run or several."""
    from ..picture.plots import curves, planes, surfaces

    over, epoch, slide = (options.pop(name) for name in ("over", "epoch", "slide"))
    if expr is None and options["source"] == "lecture" and not options["start"]:
        options = {**options, "start": ("w0=0.5,w1=-0.3,b=0.1",)}
    text = (
        LECTURE
        if expr is None
        else text_of(click.get_current_context(), click.get_current_context().command.params[1], expr)
    )
    runs = {method: ran(text, method, options) for method in (methods or ("sgd",))}
    first = next(iter(runs.values()))
    names = None if over is None else chosen_pair(over)
    make: dict[str, Callable[[], list[Any]]] = {
        "loss": lambda: [curves.loss_plot(runs)],
        "surface": lambda: [surfaces.surface_plot(runs, names)],
        "regions": lambda: [planes.regions_plot(first, -1 if epoch is None else epoch)],
        "boundary": lambda: (
            planes.boundary_frames(first, slide)
            if frames
            else [planes.boundary_plot(first, -1 if epoch is None else epoch, slide)]
        ),
    }
    return make[kind]()


def chosen_pair(text: str) -> tuple[str, str]:
    """Return two names parted by a comma outside brackets.

    >>> chosen_pair("W[0,0], b")
    ('W[0,0]', 'b')
    """
    names = [piece.strip() for piece in re.split(r",(?![^\[]*\])", text)]
    if len(names) != 2:
        raise LearnerError(f"--over {text} names {len(names)} parameters; expected two, such as w0,w1")
    return names[0], names[1]

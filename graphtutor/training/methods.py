"""METHODS, one row per way of descending, and SCHEDULES, one per way the rate changes; the command line reads them too, so nothing heavy is imported.

A row says its update as statements over one parameter `{p}`, its gradient `{g}`, the `rate`, the
count of updates `t` and the row's own state and settings. The same statements serve floats and
arrays: a loop over few scalar points runs straight-line code on floats, everything else the
batch code of `compiled`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..errors import LearnerError
from ..text import near

HALF_OR = 32  # points in a minibatch if nothing is said: the lecture's "e.g. 32", or half of the data if that is less


@dataclass(frozen=True, slots=True)
class Method:
    """One way of descending.

    name      what `method=` calls it
    size      points an update: "one", "all", "some" (a minibatch), or "free" (all, if `batch_size=` says nothing)
    update    statements, each a template over {p}, {g}, the state in braces, and by name: rate, t, sqrt, the settings
    state     what is kept for each parameter between updates, 0 at the start
    settings  names and defaults of its numbers
    says      what it does, in a clause
    """

    name: str
    size: str
    update: tuple[str, ...] = ("{p} = {p} - rate * {g}",)
    state: tuple[str, ...] = ()
    settings: tuple[tuple[str, float], ...] = ()
    says: str = ""


METHODS: tuple[Method, ...] = (
    Method("sgd", "one", says="updates after every point"),
    Method("batch", "all", says="collects the gradient of all points before it updates once an epoch"),
    Method("minibatch", "some", says="updates after every few points"),
    Method("momentum", "free", ("{v} = momentum * {v} + {g}", "{p} = {p} - rate * {v}"), ("v",), (("momentum", 0.9),),
           "keeps part of its last step, like a ball that rolls"),
    Method("nesterov", "free", ("{v} = momentum * {v} + {g}", "{p} = {p} - rate * ({g} + momentum * {v})"), ("v",), (("momentum", 0.9),),
           "looks ahead along the step that momentum will take"),
    Method("rmsprop", "free", ("{s} = decay * {s} + (1 - decay) * {g} * {g}", "{p} = {p} - rate * {g} / (sqrt({s}) + epsilon)"), ("s",),
           (("decay", 0.99), ("epsilon", 1e-8)), "divides each gradient by its usual size"),
    Method("adam", "free",
           ("{m} = beta1 * {m} + (1 - beta1) * {g}", "{s} = beta2 * {s} + (1 - beta2) * {g} * {g}",
            "{p} = {p} - rate / (1 - beta1**t) * {m} / (sqrt({s} / (1 - beta2**t)) + epsilon)"), ("m", "s"),
           (("beta1", 0.9), ("beta2", 0.999), ("epsilon", 1e-8)), "joins momentum and division by the usual size"),
)  # fmt: skip
# what other libraries call the arguments of train
MEANT = {"lr": "rate", "learning_rate": "rate", "eta": "rate", "step_size": "rate", "optimizer": "method", "meth": "method", "n_epochs": "epochs",
         "iterations": "epochs", "steps": "epochs", "batch": "batch_size", "bs": "batch_size", "init": "start", "scheduler": "schedule"}  # fmt: skip
BY_NAME = {method.name: method for method in METHODS}


def method_called(name: str) -> Method:
    """Return the row of a method, or raise a LearnerError that lists them."""
    if name not in BY_NAME:
        raise LearnerError(f"method='{name}' is no way of descending; expected one of {', '.join(BY_NAME)}")
    return BY_NAME[name]


def points_an_update(method: Method, size: int | None, count: int) -> int:
    """Return how many of `count` points make one update.

    >>> points_an_update(BY_NAME["minibatch"], None, 4), points_an_update(BY_NAME["adam"], None, 4)
    (2, 4)
    """
    usual = {"one": 1, "some": min(HALF_OR, (count + 1) // 2)}.get(method.size, count)
    if size is None:
        return usual
    if not isinstance(size, int) or size < 1:
        raise LearnerError(f"batch_size={size!r}; expected a whole number of points above 0")
    if method.size in ("one", "all") and min(size, count) != usual:
        raise LearnerError(
            f"method='{method.name}' {method.says}, so batch_size={size} does not fit; use method='minibatch'"
        )
    return min(size, count)


def settings_of(row: Method, given: Mapping[str, float]) -> tuple[float, ...]:
    """Return the numbers of a method's settings, in order."""
    known = dict(row.settings)
    for name, value in given.items():
        if name not in known:
            meant = f" (did you mean '{MEANT[name]}'?)" if name in MEANT else near(name, (*known, *MEANT.values()))
            raise LearnerError(
                f"method='{row.name}' has no setting '{name}'{meant}; it takes {', '.join(known) or 'none'}"
            )
        if not isinstance(value, int | float) or not 0 <= value < math.inf:
            raise LearnerError(f"{name}={value!r}; expected a number, 0 or more")
    return tuple(float({**known, **given}[name]) for name in known)


# ----- rates -----
@dataclass(frozen=True, slots=True)
class Schedule:
    """How the rate changes from epoch to epoch: `factor(epoch, epochs, *settings)` times the rate (None: always 1)."""

    name: str
    factor: Callable[..., float] | None
    settings: tuple[tuple[str, float], ...] = ()

    @property
    def spelled(self) -> str:
        """The schedule with its usual settings, as it is typed: step:10:0.5."""
        return ":".join([self.name, *(f"{value:g}" for _, value in self.settings)])


SCHEDULES: tuple[Schedule, ...] = (
    Schedule("constant", None),
    Schedule("step", lambda k, n, every, factor: float(factor ** (k // every)), (("every", 10.0), ("factor", 0.5))),
    Schedule("exponential", lambda k, n, factor: float(factor**k), (("factor", 0.95),)),
    Schedule("inverse", lambda k, n, decay: 1 / (1 + decay * k), (("decay", 0.1),)),
    Schedule(
        "cosine", lambda k, n, least: least + (1 - least) * (1 + math.cos(math.pi * k / n)) / 2, (("least", 0.0),)
    ),
    Schedule("warmup", lambda k, n, over: min(1.0, (k + 1) / over), (("over", 5.0),)),
)
SCHEDULE_NAMED = {schedule.name: schedule for schedule in SCHEDULES}


def factors(schedule: str, first: int, count: int, total: int) -> list[float]:
    """Return what the rate is multiplied by in `count` epochs from `first` (counted from 0) of `total`.

    `schedule` is a name, with settings after colons if the defaults do not suit.

    >>> factors("step:2:0.5", 0, 4, 4)
    [1.0, 1.0, 0.5, 0.5]
    """
    name, *given = str(schedule).split(":")
    row = SCHEDULE_NAMED.get(name)
    if row is None:
        raise LearnerError(f"schedule='{name}' is not known; expected one of {', '.join(SCHEDULE_NAMED)}")
    try:
        numbers = [float(text) for text in given]
    except ValueError:
        raise LearnerError(f"schedule='{schedule}' has a setting that is no number; expected '{row.spelled}'") from None
    if len(numbers) > len(row.settings) or not all(0 < n < math.inf for n in numbers):
        raise LearnerError(f"schedule='{schedule}' does not fit; expected '{row.spelled}' with numbers above 0")
    numbers += [default for _, default in row.settings[len(numbers) :]]
    if row.factor is None:
        return [1.0] * count
    return [row.factor(k, max(total, 1), *numbers) for k in range(first, first + count)]

"""The door of what a user calls from Python: a misspelt option, a missing argument, a list where names are wanted ends in one sentence."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from .errors import LearnerError
from .text import near, several

P = ParamSpec("P")
R = TypeVar("R")

# what an argument of this name maps to, with an example
NAMED = {
    "at": "name → number, such as at={'w': 2}",
    "shapes": "name → shape, such as shapes={'W': (3, 2), 'x': 2}",
    "constants": "name → number, such as constants={'k': 0}",
    "definitions": "name → expression, such as definitions={'f': 'w*x + b'}",
    "assume": "name → domain, such as assume={'x': 'positive'}",
}
EXAMPLE = {
    "wrt": "wrt='w'",
    "path": "'picture.svg'",
    "source": "'(w*x - y)**2'",
    "answer": "'2*x*(w*x - y)'",
    "name": "'w'",
    "b": "'2*x'",
}


def door(function: Callable[P, R], *, called: str = "", hidden: tuple[str, ...] = ("self",)) -> Callable[P, R]:
    """Return a function that says in a LearnerError which of its options was meant, what is missing, and what a mapping holds.

    `called` is its name for the user, `hidden` are arguments that the user does not give.

    >>> @door
    ... def area(width: float, *, height: float = 1) -> float:
    ...     return width * height
    >>> area(2, hight=3)
    Traceback (most recent call last):
        ...
    graphtutor.errors.LearnerError: area() has no option 'hight' (did you mean 'height'?); it takes width and height
    """
    parameters = list(inspect.signature(function).parameters.values())
    own = [p for p in parameters if p.name not in hidden]
    order = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    required = [
        name for name in order if next(p for p in parameters if p.name == name).default is inspect.Parameter.empty
    ]
    names = [p.name for p in own if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
    open_end = any(p.kind is p.VAR_KEYWORD for p in parameters)
    many = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    told = f"{called or function.__name__}()"

    @wraps(function)
    def opened(*args: P.args, **options: P.kwargs) -> R:
        alien = None if open_end else next((name for name in options if name not in names), None)
        if alien:
            raise LearnerError(f"{told} has no option '{alien}'{near(alien, names)}; it takes {several(names)}")
        if len(args) > len(order) and not many:
            met, most = len(args) - (order[:1] == ["self"]), len(order) - (order[:1] == ["self"])
            raise LearnerError(f"{told} takes {most} argument{'s' * (most != 1)} without a name, and {met} are given")
        missing = next((name for name in required[len(args) :] if name not in options), None)
        if missing:
            example = f", such as {EXAMPLE[missing]}" if missing in EXAMPLE else ""
            raise LearnerError(f"{told} needs {missing}{example}")
        for name, value in (*zip(order, args, strict=False), *options.items()):
            check_named(name, value)
        return function(*args, **options)

    return opened


def check_named(name: str, value: Any) -> None:
    """Raise a LearnerError where an argument should map names, and does not; assumptions may be text."""
    if name not in NAMED or value is None or hasattr(value, "items") or (name == "assume" and isinstance(value, str)):
        return
    raise LearnerError(f"{name} is {kind(value)}; expected {NAMED[name]}")


def kind(value: Any) -> str:
    """Return what a value is, as a person calls it.

    >>> kind([1]), kind("w=1"), kind(1), kind(None)
    ('a list', "the text 'w=1'", 'the number 1', 'None')
    """
    if value is None or isinstance(value, bool):
        return str(value)
    if isinstance(value, str):
        return f"the text '{value[:40]}'"
    if isinstance(value, int | float):
        return f"the number {value}"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


class Named(dict[str, R]):
    """A dictionary of what is known by name; another name is a LearnerError that says which was meant."""

    def __missing__(self, name: object) -> R:
        held = near(str(name), self)
        raise UnknownName(f"nothing is called '{name}' here{held}; there is {several(self, 12)}")


class UnknownName(LearnerError, KeyError):
    """A name that a dictionary of names does not have; a KeyError too, for code that expects one."""

    __str__ = LearnerError.__str__

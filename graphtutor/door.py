"""The door of what a user calls from Python: a misspelt option, a missing argument, a list where names are wanted ends in one sentence."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable, Iterable
from functools import partial, wraps
from numbers import Real
from typing import Any, ParamSpec, TypeVar, get_args, get_origin

from .errors import LearnerError
from .text import near, several, unusable

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
    "exercise.name": "'hinge-dw0'",
    "submissions": "[{'expression': 'x**2', 'wrt': 'x', 'answer': '2*x'}]",
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
            raise LearnerError(
                f"{told} has no option '{alien}'{near(alien, names)}; it takes {several(names) or 'names without ='}"
            )
        if len(args) > len(order) and not many:
            met, most = len(args) - (order[:1] == ["self"]), len(order) - (order[:1] == ["self"])
            raise LearnerError(f"{told} takes {most} argument{'s' * (most != 1)} without a name, and {met} are given")
        missing = next((name for name in required[len(args) :] if name not in options), None)
        if missing:
            raise LearnerError(f"{told} needs {missing}{example(function.__name__, missing)}")
        given = (*zip(order, args, strict=False), *options.items())
        for name, value in given:
            check_named(name, value)
        try:
            return function(*args, **options)
        except (TypeError, AttributeError, ValueError, LookupError, OSError) as error:
            mistaken(error, given, {p.name: p.annotation for p in own}, function)
            raise

    return opened


def example(function: str, missing: str) -> str:
    shown = EXAMPLE.get(f"{function}.{missing}") or EXAMPLE.get(missing)
    return f", such as {shown}" if shown else ""


# ----- what went wrong within, if it came from outside -----
TYPES: dict[str, tuple[Callable[[Any], bool], str]] = {  # what an annotation takes, and how that is called
    "str": (lambda v: isinstance(v, str), "text"),
    "int": (lambda v: hasattr(v, "__index__"), "a whole number"),
    "float": (lambda v: isinstance(v, Real) or hasattr(v, "__float__"), "a number"),
    "bool": (lambda v: isinstance(v, bool) or type(v).__name__ == "bool_", "True or False"),
    "None": (lambda v: v is None, "None"),
    "Path": (lambda v: isinstance(v, os.PathLike), "a path"),
    "Mapping": (lambda v: hasattr(v, "items"), "name → value"),
    "Iterable": (lambda v: isinstance(v, Iterable), "a list"),
    "Sequence": (lambda v: isinstance(v, Iterable), "a list"),
    "tuple": (lambda v: isinstance(v, tuple), "a tuple"),
    "Callable": (callable, "a function"),
}


def mistaken(
    error: Exception, given: Iterable[tuple[str, Any]], annotations: dict[str, Any], function: Callable[..., Any]
) -> None:
    """Raise a LearnerError where a call failed since an argument is none of what its annotation says, or a place cannot be used.

    Looking only after a failure costs a good call nothing, and leaves the word to whoever knows more.
    """
    for name, value in given:
        taken = expected(str(annotations.get(name, "Any")), getattr(function, "__globals__", {}))
        if taken and not any(suits(value) for suits, _ in taken):
            words = several(dict.fromkeys(word for _, word in taken if word != "None"), last="or")
            raise LearnerError(f"{name} is {kind(value)}; expected {words}") from None
    if isinstance(error, OSError) and error.filename is not None:
        raise LearnerError(unusable(error)) from None
    if isinstance(error, UnicodeEncodeError) or (
        "null" in str(error) and any("\0" in str(value) for _, value in given)
    ):
        raise LearnerError("a name holds a NUL or half a character; leave that out") from None


def one_of(kind_: type, value: Any) -> bool:
    return isinstance(value, kind_)


def expected(annotation: str, known: dict[str, Any]) -> list[tuple[Callable[[Any], bool], str]]:
    """Return what an annotation takes, nothing where it takes anything or says no more than a name that we do not know.

    >>> [word for _, word in expected("str | Path | None", {})], expected("Any", {})
    (['text', 'a path', 'None'], [])
    """
    found: list[tuple[Callable[[Any], bool], str]] = []
    for part in re.split(r" \| (?![^[]*\])", annotation):
        head = part.split("[")[0].rpartition(".")[2]
        meant = None if head == "Any" else known.get(head)
        head = "Callable" if get_origin(meant) is Callable else head
        if head in ("PathLike", *TYPES):
            found.append(TYPES["Path" if head == "PathLike" else head])
        elif isinstance(meant, type):
            found.append((partial(one_of, meant), with_article(head)))
        else:
            words = [c for c in get_args(meant) if isinstance(c, str)] or re.findall(r"['\"]([^'\"]*)['\"]", part)
            if not words:
                return []
            found.append((words.__contains__, several(map(repr, words), last="or")))
    return found


def check_named(name: str, value: Any) -> None:
    """Raise a LearnerError where an argument should map names, and does not, or names to shapes that are none; assumptions may be text."""
    if name not in NAMED or value is None or (name == "assume" and isinstance(value, str)):
        return
    if hasattr(value, "items"):
        for key, shape in value.items() if name == "shapes" else ():
            sizes = shape if isinstance(shape, list | tuple) else [shape]
            if not all(hasattr(size, "__index__") for size in sizes):
                raise LearnerError(
                    f"the shape of '{key}' is {shape!r}; expected a whole number or several, such as 2 or (3, 2)"
                )
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
    return with_article(type(value).__name__)


def with_article(name: str) -> str:
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def made_by(call: str) -> Callable[[type[R]], type[R]]:
    """Give a class that users meet but never make a sentence for `gt.Graph()`: which call gives one back."""

    def dressed(cls: type[R]) -> type[R]:
        begin: Any = cls.__init__

        @wraps(begin)
        def __init__(self: Any, *args: Any, **options: Any) -> None:
            try:
                begin(self, *args, **options)
            except TypeError as error:
                if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                    raise  # it arose within
                raise LearnerError(f"gt.{cls.__name__} is what {call} gives back; call that") from None

        def __getattr__(self: Any, name: str) -> Any:
            meant = near(name, public(self))
            raise NoAttribute(f"{cls.__name__} has no '{name}'{meant or f'; {elsewhere(self, name)}'}")

        for name, method in (("__init__", __init__), ("__getattr__", __getattr__)):
            setattr(cls, name, method)  # a plain assignment is none to a type checker
        return cls

    return dressed


def public(held: object) -> list[str]:
    return [name for name in dir(held) if not name.startswith("_")]


def elsewhere(held: Any, name: str) -> str:
    """Return where to look for what an object has not: among its named values, or in the list of what it has."""
    cls = type(held)
    for kept in ("ids", "values", "parameters") if name.isidentifier() and not name.startswith("_") else ():
        found = getattr(held, kept) if hasattr(cls, kept) or kept in getattr(held, "__dict__", {}) else {}
        if isinstance(found, dict) and name in found:
            return f"{name} is a name of its graph: {NAMES_IN[kept].format(repr(name))}"
    return f"it has {several(public(held), 12)}"


NAMES_IN = {
    "ids": "g.gradient({0}) is its derivative, and g.trace(at={{…}}).values[{0}] its value",
    "values": "t.values[{0}] is its value, and t.gradients[{0}] its gradient",
    "parameters": "h.parameters[{0}] holds its values, a row an epoch",
}


class NoAttribute(LearnerError, AttributeError):
    """What an object does not have; an AttributeError too, for code that expects one."""

    __str__ = LearnerError.__str__


class Listed(tuple[R, ...]):
    """A tuple whose missing places are told: `t.steps[99]`."""

    def __getitem__(self, place: Any) -> Any:
        try:
            return super().__getitem__(place)
        except (IndexError, TypeError):
            met = kind(place).removeprefix("the number ")
            last = len(self) - 1
            held = f"it has 0 to {last}, and -1 is the last" if self else "it is empty"
            raise NoPlace(f"there is no place {met} in this row; {held}") from None

    def __reduce__(self) -> Any:
        return Listed, (tuple(self),)


class NoPlace(LearnerError, IndexError):
    """A place that a row does not have; an IndexError too, for code that expects one."""

    __str__ = LearnerError.__str__


class Named(dict[str, R]):
    """A dictionary of what is known by name; another name is a LearnerError that says which was meant."""

    def __missing__(self, name: object) -> R:
        held = near(str(name), self)
        raise UnknownName(f"nothing is called '{name}' here{held}; there is {several(self, 12)}")


class UnknownName(LearnerError, KeyError):
    """A name that a dictionary of names does not have; a KeyError too, for code that expects one."""

    __str__ = LearnerError.__str__

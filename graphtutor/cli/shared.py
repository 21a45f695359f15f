"""What every command shares: reading its arguments, and writing to any terminal."""

from __future__ import annotations

import codecs
import os
import re
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import click

from ..errors import LearnerError, ReadError
from ..picture.files.inks import PALETTES
from ..text import clean, jsonable, transliterate

LONGEST_FILE = 1_000_000
Command = TypeVar("Command", bound=Callable[..., Any])


class Answer(Exception):
    """The end of a command whose exit code is not 0 although nothing failed: 1 not right, 5 undecided."""

    def __init__(self, code: int):
        super().__init__(code)
        self.code = code


# ----- writing -----
@cache
def ascii_only() -> bool:
    """Return whether the locale asks for ASCII. Python itself takes C for UTF-8, so the locale's own word is asked."""
    if os.environ.get("PYTHONIOENCODING") or os.environ.get("PYTHONUTF8") == "1":
        return not (sys.stdout.encoding or "ascii").lower().replace("-", "").startswith("utf8")
    chosen = os.environ.get("LC_ALL") or os.environ.get("LC_CTYPE") or os.environ.get("LANG") or ""
    if chosen == "C.UTF-8" and not os.environ.get("LC_ALL") and os.environ.get("LANG") in ("C", "POSIX"):
        return True  # LC_CTYPE was set by Python's own coercion of LANG=C
    return chosen in ("C", "POSIX") or not (sys.stdout.encoding or "ascii").lower().replace("-", "").startswith("utf8")


class Transliterating(codecs.IncrementalEncoder):
    """Encode text as ASCII by transliteration."""

    def encode(self, text: str, final: bool = False) -> bytes:
        return transliterate(text).encode("ascii", "replace")


def plain_streams() -> None:
    """Make standard output and error transliterate under an ASCII locale, and never fail on a character.

    The codec has a name of its own, for click takes a stream that says "ascii" for a mistake and writes UTF-8.
    """
    plain = codecs.lookup("ascii")
    codec = codecs.CodecInfo(
        plain.encode,
        plain.decode,
        incrementalencoder=Transliterating,
        incrementaldecoder=plain.incrementaldecoder,
        name="transliterated",
    )
    codecs.register(lambda name: codec if name == "transliterated" else None)
    setting = {"encoding": "transliterated"} if ascii_only() else {"errors": "replace"}
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(**setting)


def say(text: str = "") -> None:
    """Write a line to standard output."""
    click.echo(clean(text))


def complain(text: str, mark: bool = True) -> None:
    """Write a line to standard error; marked with the program's name."""
    click.echo(("graphtutor: " if mark else "") + clean(text), err=True)


def colourful() -> bool:
    """Return whether colours may be written: a terminal, and no NO_COLOR."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def styled(text: str, **style: Any) -> str:
    """Return cleaned text in a style, plain where colours are not wanted."""
    return click.style(clean(text), **style) if colourful() else clean(text)


def show_json(value: object) -> None:
    """Write one JSON object to standard output."""
    import json

    click.echo(json.dumps(jsonable(value), ensure_ascii=ascii_only(), allow_nan=False))


# ----- reading -----
class Expression(click.Command):
    """A command whose argument may be an expression that starts with a minus: `-x**2` is no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        known = {name for p in self.params for name in (*p.opts, *p.secondary_opts)} | {"--help", "-h"}
        kept = args[: args.index("--")] if "--" in args else args
        shown = [
            " " + a if len(a) > 1 and a[0] == "-" and a[1] != "-" and not any(a.startswith(k) for k in known) else a
            for a in kept
        ]
        return super().parse_args(ctx, shown + args[len(kept) :])


def text_of(ctx: click.Context, parameter: click.Parameter, given: str) -> str:
    """Return the text of an EXPR: itself, the file after `@`, or standard input for `-`."""
    text = given.strip(" ")
    if text == "-":
        return standard_input()
    if text.startswith("@"):
        return text_of_file(Path(text[1:]))
    if not text:
        raise ReadError("nothing to read; expected an expression such as 'w*x + b'")
    return text


def standard_input() -> str:
    if sys.stdin is None or sys.stdin.isatty():
        click.echo("expression, then Ctrl-D:", err=True)
    data = sys.stdin.buffer.read(LONGEST_FILE + 1) if sys.stdin else b""
    return decoded(data, "standard input")


def text_of_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return decoded(file.read(LONGEST_FILE + 1), f"'{path}'")
    except OSError as error:
        raise LearnerError(
            f"cannot read '{path}': {(error.strerror or 'it failed').lower()}; after @ comes the name of a text file"
        ) from None


def decoded(data: bytes, where: str) -> str:
    if len(data) > LONGEST_FILE:
        raise LearnerError(f"{where} holds more than {LONGEST_FILE:,} bytes; expected the text of one program")
    try:
        text = data.decode("utf-8-sig").strip("\n\r \t")
    except UnicodeDecodeError:
        raise LearnerError(f"{where} is not UTF-8 text; save it as UTF-8") from None
    if not text:
        raise LearnerError(f"{where} is empty; expected an expression such as 'w*x + b'")
    return text


def split_outside(text: str) -> list[str]:
    """Return the pieces of `text` between commas, semicolons or spaces that stand outside brackets.

    >>> split_outside("w=[1, 2],b=(3,4); c=5")
    ['w=[1, 2]', 'b=(3,4)', 'c=5']
    """
    pieces, depth, start = [], 0, 0
    for k, c in enumerate(text):
        depth += (c in "[(") - (c in "])")
        if depth == 0 and c in ",; \n\t":
            pieces.append(text[start:k])
            start = k + 1
    return [p for p in (*pieces, text[start:]) if p.strip()]


def pairs(texts: tuple[str, ...], option: str, example: str) -> dict[str, str]:
    """Return name → text of `--at w0=.5,b=1` given any number of times.

    >>> pairs(("w0=.5,b=1",), "--at", "w0=0.5,b=1")
    {'w0': '.5', 'b': '1'}
    """
    found: dict[str, str] = {}
    for text in texts:
        for piece in split_outside("=".join(part.strip() for part in text.split("="))):
            name, equals, value = piece.partition("=")
            if not (name.strip() and equals and value.strip()):
                raise LearnerError(
                    f"cannot read '{piece.strip()}' in {option}; expected name=value, such as {option} {example}"
                )
            if name.strip() in found:
                raise LearnerError(f"'{name.strip()}' is given twice in {option}; give it once")
            found[name.strip()] = value.strip()
    return found


def point_of(texts: tuple[str, ...]) -> dict[str, Any] | None:
    """Return the point of `--at`, numbers as text (so that 0.1 is the decimal) and lists for vectors; None if not given."""
    return {name: listed(name, value) for name, value in pairs(texts, "--at", "w0=0.5,b=1").items()} if texts else None


def listed(name: str, text: str) -> Any:
    """Return `[1, 2]` or `[[1, 2], [3, 4]]` as lists of floats; other text as it is.

    >>> listed("x", "[1, .5]"), listed("x", "1/3")
    ([1.0, 0.5], '1/3')
    """
    if text[:1] not in "[(":
        return text
    import json

    try:
        value = json.loads(
            re.sub(r"(?<![\d.])\.(\d)", r"0.\1", text.replace("(", "[").replace(")", "]").replace("−", "-")).replace(
                ",]", "]"
            )
        )
        return rectangular(floats(value))
    except (ValueError, TypeError, RecursionError):
        raise LearnerError(
            f"the value of '{name}' is {text}; expected numbers in brackets, such as [1, 2] or [[1, 2], [3, 4]]"
        ) from None


def rectangular(value: list[Any]) -> list[Any]:
    """Return lists as they are, or raise ValueError where some are longer than others, or numbers stand beside lists."""
    shapes = {shape_of(row) for row in value}
    if len(shapes) > 1:
        raise ValueError
    return value


def floats(value: Any) -> Any:
    return [floats(v) for v in value] if isinstance(value, list) else float(value)


def shapes_of(texts: tuple[str, ...], at: Mapping[str, Any] | None) -> dict[str, tuple[int, ...]]:
    """Return the shapes of `--shapes W=3x2,x=2`, and those that the values of `--at` have.

    >>> shapes_of(("W=3x2",), {"x": [1.0, 2.0], "b": "1"})
    {'x': (2,), 'W': (3, 2)}
    """
    found = {name: shape_of(value) for name, value in (at or {}).items() if isinstance(value, list)}
    for name, text in pairs(texts, "--shapes", "W=3x2,x=2").items():
        sizes = re.split(r"\s*[x×,]\s*", text.strip("()[] ,"))
        if not all(re.fullmatch(r"\d{1,4}", s) and int(s) for s in sizes):
            raise LearnerError(f"the shape of '{name}' is {text}; expected whole numbers above 0, such as 2 or 3x2")
        found[name] = tuple(map(int, sizes))
    return found


def shape_of(value: Any) -> tuple[int, ...]:
    sizes = []
    while isinstance(value, list) and value:
        sizes.append(len(value))
        value = value[0]
    return tuple(sizes)


def constants_of(texts: tuple[str, ...]) -> dict[str, Any]:
    """Return the constants of `--constants k=0`: whole numbers, decimals, or lists of them.

    >>> constants_of(("k=0,eta=0.1",))
    {'k': 0, 'eta': Fraction(1, 10)}
    """
    return {name: constant(name, listed(name, text)) for name, text in pairs(texts, "--constants", "k=0").items()}


def constant(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return value
    from fractions import Fraction

    try:
        number = (
            Fraction(value)
            if len(value) < 100 and re.fullmatch(r"[-+]?(\d+(/\d+)?|\d*\.\d+|\d+\.)([eE][-+]?\d{1,2})?", value)
            else None
        )
    except (ValueError, ZeroDivisionError):
        number = None
    if number is None:
        raise LearnerError(f"the value of '{name}' is {value!r}; expected a number such as 0, -2 or 1/3")
    return int(number) if number.denominator == 1 else number


# ----- options of more than one command -----
CONSTANTS = click.option(
    "--constants", multiple=True, metavar="NAME=VALUE,…", help="Names that are fixed numbers, such as k=0."
)
SHAPES = click.option(
    "--shapes", multiple=True, metavar="NAME=SHAPE,…", help="Vectors and matrices, such as W=3x2,x=2."
)
ASSUME = click.option(
    "--assume",
    multiple=True,
    metavar="NAME=DOMAIN;…",
    help="real (usual), positive, nonnegative, nonzero, integer, (-1,1) or [-1,1].",
)
TIE = click.option(
    "--tie", type=click.Choice(["zero", "first", "last", "half"]), default="zero", help="The slope taken at a kink."
)
AT = click.option("--at", multiple=True, metavar="NAME=VALUE,…", help="Values of the inputs, such as w0=0.5,x=[1,2].")


PALETTE = click.option(
    "--palette", type=click.Choice(PALETTES), default="default", help="Colours of the picture.", show_default=True
)


def graph_options(command: Command, metavar: str = "EXPR") -> Command:
    """Give a command its EXPR and all that says which graph and which point are meant."""
    for option in (CONSTANTS, SHAPES, TIE, AT, click.argument("expr", metavar=metavar, callback=text_of)):
        command = option(command)
    return command


def json_option(command: Command) -> Command:
    """Give a command `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")(command)


def look_options(command: Command) -> Command:
    """Give a command the options of a picture's look."""
    for option in (
        click.option(
            "--collapse", multiple=True, metavar="NAME", help="Show a named line or an opened operation as one node."
        ),
        click.option("--digits", type=click.IntRange(1, 17), default=4, help="Significant digits of a number."),
        click.option("--direction", type=click.Choice(["LR", "TB"]), help="Left to right, or top to bottom."),
        click.option(
            "--size",
            metavar="SIZE",
            help="The canvas: slide (usual for .png, .pdf, .gif), page, square, wide, 960x540; graph for as large as the graph.",
        ),
        PALETTE,
        click.option(
            "--theme", type=click.Choice(["light", "dark"]), default="light", help="For a light or a dark page."
        ),
    ):
        command = option(command)
    return command


def exercise_id(text: str) -> str:
    """Return `text` if an exercise is called so, and say that it was taken for that; else nothing."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text):
        return ""
    from ..tutor.exercises import library

    if text not in library((click.get_current_context().find_root().obj or {}).get("exercises")):
        return ""
    complain(f"taking '{text}' as the exercise of that name")
    return text


def graph_of(expr: str, at: Mapping[str, Any] | None, shapes: tuple[str, ...], constants: tuple[str, ...]) -> Any:
    """Return the Graph of an EXPR with the shapes and constants of the command line."""
    from ..front.api import graph as make

    graph = make(expr, shapes=shapes_of(shapes, at), constants=constants_of(constants))
    for node in graph.inputs:
        meant = called(node.name)
        if meant:
            complain(f"'{node.name}' is taken for one name; if {meant} is meant, write it so")
    return graph


def called(name: str) -> str:
    """Return the call that a name run together from a function and its argument may mean, or nothing.

    >>> called("cosx"), called("logp1"), called("cost"), called("x")
    ('cos(x)', 'log(p1)', '', '')
    """
    from ..ops.table import TABLE

    functions = {n for row in TABLE if row.arity[0] == 1 for n in row.names if n.isalpha() and len(n) > 2} | {"ln"}
    found = next((f for f in sorted(functions, key=len, reverse=True) if name.startswith(f)), "")
    rest = name[len(found) :]
    return f"{found}({rest})" if found and re.fullmatch(r"[wxyzabuvpqmnk]\d*", rest) else ""

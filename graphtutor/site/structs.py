"""The few words of msgspec that exercises and progress are read with, in Python alone.

A page's Python has no msgspec; `installed()` puts this in its place. It reads what msgspec reads and refuses what it
refuses (wrong types, unknown fields, unknown kinds); its messages are shorter. `tests/site` holds one beside the other.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple


class MsgspecError(Exception):
    """What cannot be read."""


class ValidationError(MsgspecError, ValueError):
    """A value of another type than is expected."""


class Meta(NamedTuple):
    """What an annotation says beside the type."""

    min_length: int | None = None
    pattern: str | None = None
    description: str | None = None


class Config(NamedTuple):
    """What a class says of itself: its tag and the field that holds it, and which fields are written."""

    tag: str | None = None
    tag_field: str | None = None
    omit_defaults: bool = False
    forbid_unknown_fields: bool = False


class Struct:
    """A class of typed fields, immutable, compared by value; as msgspec's."""

    __struct_fields__: ClassVar[tuple[str, ...]] = ()
    __struct_config__: ClassVar[Config] = Config()
    __defaults__: ClassVar[dict[str, Any]] = {}

    def __init_subclass__(
        cls, frozen: bool = True, kw_only: bool = False, tag: str | None = None, **config: Any
    ) -> None:
        super().__init_subclass__()
        own = [name for name, kind in inspect.get_annotations(cls).items() if "ClassVar" not in str(kind)]
        cls.__struct_config__ = cls.__struct_config__._replace(tag=tag or cls.__struct_config__.tag, **config)
        cls.__struct_fields__ = tuple(dict.fromkeys((*cls.__struct_fields__, *own)))
        given = {name: cls.__dict__[name] for name in own if name in cls.__dict__}
        cls.__defaults__ = {**cls.__defaults__, **given}
        for name in given:
            delattr(cls, name)

    def __init__(self, *args: Any, **given: Any) -> None:
        fields = self.__struct_fields__
        given.update(zip(fields, args, strict=False))
        unknown = next((name for name in given if name not in fields), None)
        missing = next((name for name in fields if name not in given and name not in self.__defaults__), None)
        if unknown or missing or len(args) > len(fields):
            raise TypeError(f"{type(self).__name__} has no field '{unknown}'" if unknown else f"Missing required argument '{missing}'")  # fmt: skip
        for name in fields:
            value = given[name] if name in given else copied(self.__defaults__[name])
            object.__setattr__(self, name, value)
        getattr(self, "__post_init__", lambda: None)()

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"immutable type: '{type(self).__name__}'")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and values(self) == values(other)

    def __hash__(self) -> int:
        return hash(values(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{n}={v!r}' for n, v in zip(self.__struct_fields__, values(self), strict=True))})"


def values(of: Any) -> tuple[Any, ...]:
    return tuple(getattr(of, name) for name in of.__struct_fields__)


def copied(default: Any) -> Any:
    return type(default)(default) if isinstance(default, list | dict | set) else default


def replace(of: Any, **changes: Any) -> Any:
    """Return a Struct with some fields changed."""
    return type(of)(**{**dict(zip(of.__struct_fields__, values(of), strict=True)), **changes})


# ----- out -----
def to_builtins(value: Any) -> Any:
    """Return a value in JSON's types.

    >>> class Point(Struct, frozen=True, omit_defaults=True):
    ...     x: int
    ...     y: int = 0
    >>> to_builtins([Point(1), Point(1, 2)]), convert({"x": 3}, Point)
    ([{'x': 1}, {'x': 1, 'y': 2}], Point(x=3, y=0))
    """
    if isinstance(value, Struct):
        config = value.__struct_config__
        head = {config.tag_field or "type": config.tag} if config.tag else {}
        shown = {name: getattr(value, name) for name in value.__struct_fields__ if not (config.omit_defaults and defaulted(value, name))}  # fmt: skip
        return head | {name: to_builtins(v) for name, v in shown.items()}
    if isinstance(value, Mapping):
        return {k: to_builtins(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [to_builtins(v) for v in value]
    return value


def defaulted(of: Struct, name: str) -> bool:
    """Return whether a field holds its default itself, as msgspec asks; an equal number that was worked out is written."""
    if name not in of.__defaults__:
        return False
    value, default = getattr(of, name), of.__defaults__[name]
    return value is default or (type(value) is type(default) in (list, dict, set) and not value and not default)


# ----- in -----
def convert(value: Any, kind: Any, place: str = "$") -> Any:
    """Return a value of JSON's types as one of `kind`; ValidationError with its place for another type."""
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin in READERS:
        return READERS[origin](value, args, place)
    target = origin or kind
    if isinstance(target, type) and issubclass(target, Struct):
        return of_struct(value, target, place, dict(zip(getattr(target, "__parameters__", ()), args, strict=False)))
    if kind in (Any, object) or isinstance(kind, typing.TypeVar):
        return value
    if kind is None or kind is type(None):
        return value if value is None else refuse(value, "null", place)
    if kind is float and type(value) is int:
        return float(value)
    if kind in (tuple, list, dict):
        return READERS[kind](value, (), place)
    return value if type(value) is kind else refuse(value, kind.__name__, place)


def refuse(value: Any, wanted: str, place: str) -> Any:
    raise ValidationError(f"Expected `{wanted}`, got `{type(value).__name__}` - at `{place}`")


def of_struct(
    value: Any, kind: type[Struct], place: str, bound: Mapping[Any, Any] = types.MappingProxyType({})
) -> Struct:
    if not isinstance(value, Mapping):
        refuse(value, "object", place)
    config, given = kind.__struct_config__, dict(value)
    if config.tag:
        given.pop(config.tag_field or "type", None)
    unknown = next((name for name in given if name not in kind.__struct_fields__), None)
    if unknown is not None and config.forbid_unknown_fields:
        raise ValidationError(f"Object contains unknown field `{unknown}`{at(place)}")
    read = fields_of(given, kind, place, bound)
    try:
        return kind(**read)
    except (ValueError, TypeError) as error:
        raise ValidationError(f"{error}{at(place)}") from None


def fields_of(given: Mapping[str, Any], kind: type[Struct], place: str, bound: Mapping[Any, Any]) -> dict[str, Any]:
    """Return what is given for the fields of a Struct, each as its type; none may be missing."""
    hints = {name: bound.get(hint, hint) for name, hint in hints_of(kind).items()}
    missing = next((n for n in kind.__struct_fields__ if n not in given and n not in kind.__defaults__), None)
    if missing is not None:
        raise ValidationError(f"Object missing required field `{missing}`{at(place)}")
    return {n: convert(v, hints[n], f"{place}.{n}") for n, v in given.items() if n in hints}


def at(place: str) -> str:
    return "" if place == "$" else f" - at `{place}`"


def hints_of(kind: type[Struct]) -> dict[str, Any]:
    """Return the type of each field, looked up once."""
    if "__hints__" not in kind.__dict__:
        kind.__hints__ = typing.get_type_hints(kind, include_extras=True)  # type: ignore[attr-defined]
    return {name: kind.__hints__[name] for name in kind.__struct_fields__}  # type: ignore[attr-defined]


def read_annotated(value: Any, args: tuple[Any, ...], place: str) -> Any:
    found = convert(value, args[0], place)
    for meta in (a for a in args[1:] if isinstance(a, Meta)):
        if meta.min_length is not None and len(found) < meta.min_length:
            raise ValidationError(f"Expected `array` of length >= {meta.min_length} - at `{place}`")
        if meta.pattern and not re.search(meta.pattern, found):
            raise ValidationError(f"Expected `str` matching regex '{meta.pattern}' - at `{place}`")
    return found


def read_union(value: Any, args: tuple[Any, ...], place: str) -> Any:
    tagged = {
        k.__struct_config__.tag: k
        for k in args
        if isinstance(k, type) and issubclass(k, Struct) and k.__struct_config__.tag
    }
    if isinstance(value, Mapping) and tagged:
        field = next(iter(tagged.values())).__struct_config__.tag_field or "type"
        if field not in value:
            raise ValidationError(f"Object missing required field `{field}`{at(place)}")
        if value[field] not in tagged:
            raise ValidationError(f"Invalid value {value[field]!r} - at `{place}.{field}`")
        return of_struct(value, tagged[value[field]], place)
    failed = ValidationError(f"Expected `{' | '.join(getattr(a, '__name__', str(a)) for a in args)}`, got `{type(value).__name__}` - at `{place}`")  # fmt: skip
    for kind in sorted(args, key=lambda kind: type(value) is not kind):
        try:
            return convert(value, kind, place)
        except ValidationError:
            continue
    raise failed


def read_list(value: Any, args: tuple[Any, ...], place: str) -> Any:
    if not isinstance(value, list | tuple):
        refuse(value, "array", place)
    kind = args[0] if args else Any
    return [convert(v, kind, f"{place}[...]") for v in value]


def read_tuple(value: Any, args: tuple[Any, ...], place: str) -> Any:
    if not isinstance(value, list | tuple):
        refuse(value, "array", place)
    if args and args[-1] is not ...:
        if len(value) != len(args):
            raise ValidationError(f"Expected `array` of length {len(args)}, got {len(value)} - at `{place}`")
        return tuple(convert(v, kind, f"{place}[{k}]") for k, (v, kind) in enumerate(zip(value, args, strict=True)))
    return tuple(read_list(value, args[:1], place))


def read_dict(value: Any, args: tuple[Any, ...], place: str) -> Any:
    if not isinstance(value, Mapping):
        refuse(value, "object", place)
    key, kind = args or (Any, Any)
    return {convert(k, key, place): convert(v, kind, f"{place}[...]") for k, v in value.items()}


READERS: dict[Any, Callable[[Any, tuple[Any, ...], str], Any]] = {
    typing.Annotated: read_annotated, typing.Union: read_union, types.UnionType: read_union, list: read_list, tuple: read_tuple, dict: read_dict,
}  # fmt: skip


# ----- in the place of msgspec -----
def decode(data: bytes | str, type: Any = Any) -> Any:
    try:
        return convert(json.loads(data), type)
    except (ValueError, UnicodeDecodeError) as error:
        raise ValidationError(str(error)) from None


def encode(value: Any) -> bytes:
    return json.dumps(to_builtins(value), ensure_ascii=False, separators=(",", ":")).encode()


def indented(data: bytes, indent: int = 2) -> bytes:
    return json.dumps(json.loads(data), ensure_ascii=False, indent=indent).encode()


def installed() -> types.ModuleType:
    """Return this as the module `msgspec`, put in its place where there is none."""
    made = types.ModuleType("msgspec")
    for thing in (MsgspecError, ValidationError, Meta, Struct, convert, to_builtins):
        setattr(made, thing.__name__, thing)
    parts: dict[str, dict[str, Any]] = {
        "structs": {"replace": replace},
        "json": {"decode": decode, "encode": encode, "format": indented},
    }
    for name, words in parts.items():
        part = types.ModuleType(f"msgspec.{name}")
        vars(part).update(words)
        setattr(made, name, part)
        sys.modules.setdefault(f"msgspec.{name}", part)
    return sys.modules.setdefault("msgspec", made)

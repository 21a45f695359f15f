"""Data for training: the lecture's four points, CSV and .npz files, and fitting them to a graph."""

from __future__ import annotations

import csv
import math
import re
import zipfile
import zlib
from array import array as packed
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..door import door, kind
from ..errors import LearnerError, ShapeError
from ..expr.graph import Graph
from ..ops.arrays import Shape, show_shape

LECTURE = {"x0": (2.0, 5.0, -2.0, -1.0), "x1": (0.0, -2.0, 2.0, -3.0), "y": (-1.0, -1.0, 1.0, 1.0)}
START = {"w0": 0.5, "w1": -0.3, "b": 0.1}
NUMBERED = re.compile(r"(.*?)[_\[]?(\d+)\]?")
MAX_CELLS = 50_000_000


def lecture() -> dict[str, np.ndarray]:
    """Return the lecture's four points as columns x0, x1 and labels y in {-1, 1}.

    >>> lecture()["x0"]
    array([ 2.,  5., -2., -1.])
    """
    return {name: np.array(column) for name, column in LECTURE.items()}


@door
def load(path: str | Path) -> dict[str, np.ndarray]:
    """Return the columns of a CSV file with a header, the arrays of a `.npz` file, or (for "lecture") the four points.

    Columns whose entries are not all numbers come back as text, for labels. Raises LearnerError
    that names the file, and the line where there is one.
    """
    if not isinstance(path, str | Path):
        raise LearnerError(f"{kind(path)} is no data file; give a .csv with a header, an .npz, or 'lecture'")
    if str(path) == "lecture" and not Path(path).exists():
        return lecture()
    where = Path(path)
    try:
        return arrays_of(where) if where.suffix == ".npz" else columns_of(where)
    except FileNotFoundError:
        raise LearnerError(
            f"no data file '{path}'; give a .csv with a header, an .npz, or 'lecture' for the lecture's four points"
        ) from None
    except OSError as error:
        raise LearnerError(
            f"cannot read '{path}': {error.strerror or error}; give a .csv with a header or an .npz"
        ) from None


def arrays_of(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            found = {name: file[name] for name in file.files}
        if not all(isinstance(array, np.ndarray) for array in found.values()):
            raise ValueError("an entry is no array")
        return found
    except (
        ValueError,
        TypeError,
        RuntimeError,
        OverflowError,
        MemoryError,
        KeyError,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
    ):
        raise LearnerError(
            f"'{path}' is no .npz of plain arrays; write it with np.savez('{path.name}', x=…, y=…)"
        ) from None


def columns_of(path: Path) -> dict[str, np.ndarray]:
    """Return the columns of a CSV file; one with an entry that is no number is text. Numbers are packed as they are read."""
    rows = rows_in(path)
    header = next((checked_header(path, row) for _, row in rows), [])
    numbers = [packed("d") for _ in header]
    words: dict[int, list[str]] = {}
    count = 0
    for line, row in rows:
        count += 1
        if len(row) != len(header):
            raise LearnerError(
                f"'{path}', line {line}: {len(row)} entries under {len(header)} names; every line needs one entry a name"
            )
        for k, cell in enumerate(row):
            if k not in words and not taken(cell, numbers[k]):
                words[k] = []
    if not count:
        raise LearnerError(
            f"'{path}' has no rows under its header; expected a line of names, then a line of numbers for each point"
        )
    for _, row in list(rows_in(path))[1:] if words else ():
        for k, cells in words.items():
            cells.append(row[k].strip())
    return {name: np.array(words[k] if k in words else numbers[k]) for k, name in enumerate(header)}


def taken(cell: str, numbers: packed[float]) -> bool:
    """Add a cell to the numbers of its column; return whether it is one."""
    try:
        numbers.append(float(cell))
    except ValueError:
        return False
    return "_" not in cell


def rows_in(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the line number and entries of each row that is not blank."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            for row in reader:
                if any(cell.strip() for cell in row):
                    yield reader.line_num, row
    except (UnicodeDecodeError, csv.Error) as error:
        raise LearnerError(f"'{path}' cannot be read as CSV in UTF-8: {error}") from None


def checked_header(path: Path, row: list[str]) -> list[str]:
    """Return the names of a header, each once and not all of them numbers."""
    header = [name.strip() for name in row]
    if all(is_number(name) for name in header):
        raise LearnerError(f"'{path}' begins with numbers; expected a header line of names such as x0,x1,y")
    seen: set[str] = set()
    for name in header:
        if name in seen:
            raise LearnerError(f"'{path}' has two columns called '{name}'; give each its own name")
        seen.add(name)
    return header


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


# ----- fitting data to a graph -----
@dataclass(frozen=True, eq=False)
class Data:
    """Data as a graph takes it: `arrays` have the points in front, `fixed` are the same for all points.

    `labels` tells for each input that came as class names or numbers what its classes are called.
    """

    count: int
    arrays: Mapping[str, np.ndarray]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    def point(self, k: int) -> dict[str, Any]:
        """Return the values of the data at point `k`."""
        return {name: a[k] for name, a in self.arrays.items()} | dict(self.fixed)


def shapes_from(data: Mapping[str, Any]) -> dict[str, Shape]:
    """Return the shapes that data say about their names: that of one point, for arrays of two axes or more."""
    arrays = {name: as_array(name, a) for name, a in data.items()}
    return {name: a.shape[1:] for name, a in arrays.items() if a.ndim > 1 and a.dtype.kind != "U"}


def table_for(graph: Graph, table: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the columns that `graph` takes: unused ones are left out, x0, x1, … join into a vector x where it wants one.

    >>> from graphtutor.expr.build import build
    >>> g = build(lambda w, x, y: (w @ x - y)**2, shapes={"w": 2, "x": 2})
    >>> table_for(g, lecture())["x"].tolist()
    [[2.0, 0.0], [5.0, -2.0], [-2.0, 2.0], [-1.0, -3.0]]
    """
    found: dict[str, np.ndarray] = {}
    for node in graph.inputs:
        if node.name in table:
            found[node.name] = table[node.name]
        elif len(node.shape) == 1:
            parts = {int(m[2]): c for name, c in table.items() if (m := NUMBERED.fullmatch(name)) and m[1] == node.name}
            first = min(parts, default=0)
            wanted = range(first, first + node.shape[0])
            if parts and all(k in parts for k in wanted):
                found[node.name] = np.stack([parts[k] for k in wanted], axis=-1)
    return found


# branches: one branch a shape that data may have beside what the graph wants
def fitted(graph: Graph, data: Mapping[str, Any]) -> Data:
    """Return `data` (input name → one value a point, or one for all points) fitted to the inputs of `graph`.

    A vector of C entries may be given as class numbers 0 … C-1, or as class names: they become
    one-hot rows. Raises LearnerError for an unknown name, numbers that are not finite, or other
    lengths; ShapeError that names what was met and expected.
    """
    shapes = {n.name: n.shape for n in graph.inputs}
    unknown = [name for name in data if name not in shapes]
    if unknown:
        raise LearnerError(f"the loss has no input '{unknown[0]}'; its inputs are {', '.join(shapes) or 'none'}")
    given = {name: as_array(name, value) for name, value in data.items()}
    sizes = {name: len(a) for name, a in given.items() if a.ndim == len(shapes[name]) + 1}
    arrays: dict[str, np.ndarray] = {}
    fixed: dict[str, Any] = {}
    labels: dict[str, tuple[Any, ...]] = {}
    for name, a in given.items():
        shape = shapes[name]
        if a.ndim == len(shape) + 1 and a.shape[1:] == shape:
            arrays[name] = a
        elif (
            len(shape) == 1
            and a.ndim == 1
            and (a.shape != shape or a.dtype.kind == "U" or class_numbers(a, shape[0], sizes))
        ):
            arrays[name], labels[name] = one_hot(name, a, shape[0])
        elif a.shape == shape:
            fixed[name] = float(a) if not shape and a.dtype.kind != "U" else a
        else:
            raise ShapeError(f"the data '{name}' have shape {show_shape(a.shape)}; expected {show_shape(('N', *shape))}: one row of shape {show_shape(shape)} a point"
                             if shape else f"the data '{name}' have shape {show_shape(a.shape)}; expected one number a point, for '{name}' has no shape in the loss")  # fmt: skip
    for name, values in [*arrays.items(), *fixed.items()]:
        check_numbers(name, np.asarray(values))
    lengths = {name: len(a) for name, a in arrays.items()}
    if len(set(lengths.values())) > 1:
        first, second = lengths, next(n for n in lengths if lengths[n] != next(iter(lengths.values())))
        name = next(iter(first))
        raise ShapeError(
            f"the data '{name}' have {lengths[name]} points and '{second}' {lengths[second]}; every name needs one row a point"
        )
    count = next(iter(lengths.values()), 1)
    if count == 0:
        raise LearnerError("the data have no points; expected at least one")
    return Data(count, arrays, fixed, labels)


def as_array(name: str, value: Any) -> np.ndarray:
    try:
        array = np.asarray(value)
        if array.dtype.kind in "US":
            return array.astype(str)
        if array.dtype.kind == "c":
            raise TypeError("complex")
        return np.ascontiguousarray(array, dtype=float) if array.ndim else np.asarray(array, dtype=float)
    except (ValueError, TypeError):
        raise LearnerError(
            f"the data '{name}' are not numbers in rows of one length; expected one value a point"
        ) from None


def check_numbers(name: str, array: np.ndarray) -> None:
    if array.dtype.kind == "U":
        k, word = next(
            ((k, str(c)) for k, c in enumerate(array.flat) if not is_number(str(c))), (0, str(array.flat[0]))
        )
        raise LearnerError(
            f"the data '{name}' hold {word!r} at point {k + 1}, which is no number; leave the point out or fill it in, or give '{name}' the shape of one entry a class"
        )
    if array.size > MAX_CELLS:
        raise LearnerError(f"the data '{name}' hold {array.size} numbers; expected at most {MAX_CELLS}")
    if not math.isfinite(array.sum()) and not np.isfinite(array).all():
        row = int(np.argwhere(~np.isfinite(array))[0][0]) if array.ndim else 0
        raise LearnerError(
            f"the data '{name}' hold a number that is not finite at point {row + 1}; leave the point out or fill it in"
        )


def class_numbers(a: np.ndarray, classes: int, sizes: Mapping[str, int]) -> bool:
    """Return whether `classes` numbers are class numbers of as many points, and not one vector for all points."""
    return len(a) in sizes.values() and bool(np.all(np.isin(a, np.arange(classes))))


def one_hot(name: str, a: np.ndarray, classes: int) -> tuple[np.ndarray, tuple[Any, ...]]:
    """Return labels as one-hot rows of `classes` entries, with what the classes are called.

    Class numbers 0 … C-1 keep their place; other labels (-1 and 1, or names) are sorted.

    >>> one_hot("y", np.array([-1.0, 1.0]), 2)
    (array([[1., 0.],
           [0., 1.]]), (-1, 1))
    """
    whole = a.dtype.kind != "U" and bool(np.all(a == np.floor(a)))
    if whole and np.all((a >= 0) & (a < classes)):
        names: tuple[Any, ...] = tuple(range(classes))
        places = a.astype(int)
    else:
        kinds, places = np.unique(a, return_inverse=True)
        if len(kinds) > classes or not (whole or a.dtype.kind == "U"):
            met = f"{len(kinds)} different labels" if whole or a.dtype.kind == "U" else "numbers that are not whole"
            raise ShapeError(
                f"the data '{name}' hold {met}; expected rows of {classes}, or class numbers from 0 to {classes - 1}"
            )
        names = tuple(k.item() if a.dtype.kind == "U" else int(k) for k in kinds)
    return np.eye(classes)[places], names

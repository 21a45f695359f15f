"""Predictions of a trained graph: scores, classes by sign or argmax, probabilities, and a confusion table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from ..compiled.function import compiled
from ..errors import LearnerError
from ..expr.graph import Graph
from ..expr.running import needed
from ..ops.arrays import show_shape, softmax
from ..walk.trace import shown
from .data import Data, fitted

ANSWERS = ("y", "t", "target", "label", "labels", "true_val", "Y", "T")  # names that labels go by, the likeliest first


@dataclass(frozen=True, eq=False, repr=False)
class Prediction:
    """What a model says about points.

    `scores`: shape (N,) or (N, C), the values of node `node`. `classes`: what the classes are
    called, empty for a regression. `chosen`: for each point the place of its class in `classes`;
    `answers` the same for the labels, or None. A single score chooses the second class when it
    reaches the middle of the two labels, so its sign decides for -1 and 1; of many scores the
    highest decides, the first of equals.
    """

    node: str
    scores: np.ndarray
    classes: tuple[Any, ...]
    answers: np.ndarray | None
    points: tuple[tuple[float, ...], ...]

    @cached_property
    def chosen(self) -> np.ndarray:
        if not self.classes:
            raise LearnerError(
                f"'{self.node}' predicts numbers, not classes; its labels are not two different numbers or one-hot rows"
            )
        if self.scores.ndim == 2:
            return np.asarray(np.argmax(self.scores, axis=1))
        middle = (self.classes[0] + self.classes[1]) / 2
        return np.asarray(self.scores >= middle, dtype=int)

    @property
    def labels(self) -> tuple[Any, ...]:
        """The class of each point, as the labels call it."""
        return tuple(self.classes[k] for k in self.chosen)

    @cached_property
    def probabilities(self) -> np.ndarray:
        """The probability of each class, shape (N, C).

        Scores that are probabilities already stay; other vectors go through softmax, and a single
        score through the sigmoid, as logistic regression reads it.
        """
        s = self.scores
        if s.ndim == 2:
            return s if np.all(s >= 0) and np.allclose(s.sum(axis=1), 1) else softmax(s, -1)
        p = s if np.all((s >= 0) & (s <= 1)) else np.exp(-np.logaddexp(0, -s))
        return np.stack([1 - p, p], axis=1)

    @property
    def accuracy(self) -> float:
        """The share of points whose class is right."""
        return float(np.mean(self.chosen == self.known))

    @property
    def known(self) -> np.ndarray:
        if self.answers is None:
            raise LearnerError("these points have no labels; give them with the data to see what is right")
        return self.answers

    @cached_property
    def confusion(self) -> np.ndarray:
        """How often (row) true class i was taken for (column) class j: shape (C, C)."""
        table = np.zeros((len(self.classes),) * 2, dtype=int)
        np.add.at(table, (self.known, self.chosen), 1)
        return table

    @property
    def table(self) -> str:
        """The confusion table as text.

        >>> p = Prediction("f", np.array([-0.4, 0.3, 2.0]), (-1, 1), np.array([0, 0, 1]), ())
        >>> print(p.table)
        true, said  -1   1
        -1           1   1
        1            0   1
        """
        names = [str(c) for c in self.classes]
        wide = max(4, *(len(n) + 2 for n in names), *(len(str(k)) + 2 for k in self.confusion.flat))
        first = max(len("true, said"), *(len(n) for n in names))
        lines = ["true, said".ljust(first) + "".join(n.rjust(wide) for n in names)]
        lines += [
            name.ljust(first) + "".join(str(k).rjust(wide) for k in row)
            for name, row in zip(names, self.confusion, strict=True)
        ]
        return "\n".join(lines)

    @property
    def print_out(self) -> str:
        """The lecture's print-out, one line a point: "Class 1" for a score under the middle, "Class 2" from there on."""
        lines = []
        for point, score, k in zip(self.points, self.scores, self.chosen, strict=True):
            said = shown(score) if np.ndim(score) == 0 else "(" + ", ".join(map(shown, score)) + ")"
            lines.append(f"({', '.join(map(shown, point))}) → {said}  Class {k + 1}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        count = f"{len(self.scores)} point{'s' * (len(self.scores) != 1)}"
        right = f", {int((self.chosen == self.known).sum())} right" if self.classes and self.answers is not None else ""
        return f"<Prediction {self.node}: {count}{right}>"


def label_of(graph: Graph, parameters: tuple[str, ...]) -> str | None:
    """Return the data input that holds the labels: one called y, t, target …, else the last one."""
    names = [n.name for n in graph.inputs if n.name not in parameters]
    return next((a for a in ANSWERS if a in names), names[-1] if names else None)


# branches: three properties of a node followed in one pass
def score_of(graph: Graph, parameters: tuple[str, ...], label: str | None) -> int:
    """Return the node that predicts: the last named one (else the last) that depends on parameters and points, not on the label."""
    learned: list[bool] = []
    told: list[bool] = []
    seen: list[bool] = []
    for i, (op, args, _) in enumerate(graph.cells):
        name = graph.name(i) if op == "input" else None
        learned.append(name in parameters if not args else any(learned[a] for a in args))
        told.append(name == label if not args else any(told[a] for a in args))
        seen.append(name is not None and name not in parameters if not args else any(seen[a] for a in args))
    found = [
        i
        for i, (_, args, _) in enumerate(graph.cells)
        if args and learned[i] and seen[i] and not told[i] and len(graph.shapes[i]) < 2
    ]
    named = {i for i, _ in graph.names}
    best = [i for i in found if i in named] or found
    if not best:
        raise LearnerError(
            f"no node depends on the parameters and on data{f' and not on the labels {label!r}' if label else ''}; name the one that predicts with node=…"
        )
    return best[-1]


def part(graph: Graph, out: int) -> Graph:
    """Return the graph of node `out` alone: what it depends on, and nothing else."""
    kept = needed(graph.cells, [out])
    moved = {i: k for k, i in enumerate(kept)}
    cells = tuple((op, tuple(moved[a] for a in args), params) for op, args, params in (graph.cells[i] for i in kept))
    names = tuple((moved[i], name) for i, name in graph.names if i in moved)
    return Graph(
        cells,
        tuple(graph.shapes[i] for i in kept),
        moved[out],
        names,
        tuple(p for p in graph.parameters if graph.ids[p] in moved),
    )


# branches: one branch a form of score and of answers
def predict(graph: Graph, parameters: Mapping[str, Any], data: Data | Mapping[str, Any], node: str | None = None, label: str | None = None,
            classes: tuple[Any, ...] | None = None) -> Prediction:  # fmt: skip
    """Return what `graph` with `parameters` says about the points of `data`.

    `node` names the node that predicts (see `score_of`), `label` the data that hold the right
    answers (see `label_of`); `classes` what the classes are called, if there are no labels.
    """
    names = tuple(parameters)
    label = label_of(graph, names) if label is None else label
    if node is not None and node not in graph.ids:
        raise LearnerError(f"'{node}' is no node of this graph; it has {', '.join(graph.ids)}")
    model = part(graph, score_of(graph, names, label) if node is None else graph.ids[node])
    inputs = {n.name for n in model.inputs}
    shape = model.shapes[model.out]
    if len(shape) > 1:
        raise LearnerError(
            f"node {model.output.name} has shape {show_shape(shape)}; expected one score a point, or one for each class"
        )
    if not isinstance(data, Data):
        known = [n.name for n in graph.inputs]
        data = fitted(replace_inputs(graph, data), {k: v for k, v in data.items() if k in known})
    points = {name: a for name, a in (*data.arrays.items(), *data.fixed.items()) if name in inputs}
    missing = sorted(inputs - set(points) - set(names))
    if missing:
        raise LearnerError(f"no data for '{missing[0]}'; the prediction needs {', '.join(sorted(inputs - set(names)))}")
    given = {name: value for name, value in parameters.items() if name in inputs}
    scores = np.asarray(compiled(model, None, wrt=())({**given, **points})[0], dtype=float)
    scores = np.broadcast_to(scores, (data.count, *shape))
    answers, called = answers_of(data, label, shape)
    columns = [a.reshape(data.count, -1) for name, a in data.arrays.items() if name in points]
    rows = tuple(map(tuple, np.concatenate(columns, axis=1).tolist())) if columns else ()
    return Prediction(
        model.output.name, scores, classes or called, answers if not classes or classes == called else None, rows
    )


def replace_inputs(graph: Graph, data: Mapping[str, Any]) -> Graph:
    return replace(graph, parameters=tuple(n.name for n in graph.inputs if n.name not in data))


def answers_of(data: Data, label: str | None, shape: tuple[int, ...]) -> tuple[np.ndarray | None, tuple[Any, ...]]:
    """Return the place of each point's label among the classes, and what those are called."""
    many = tuple(range(shape[0])) if shape else ()
    given = data.arrays.get(label or "")
    if given is None:
        return None, many
    if given.ndim == 2:
        return np.argmax(given, axis=1), data.labels.get(label or "", many)
    kinds = np.unique(given)
    if shape:
        return (given.astype(int), many) if np.all(np.isin(given, many)) else (None, many)
    if len(kinds) != 2:
        return None, ()
    return np.searchsorted(kinds, given), tuple(int(k) if k == int(k) else float(k) for k in kinds)

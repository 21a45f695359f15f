"""Draw an expression's computation graph, walk it backwards one edge at a time, and check every gradient.

The house, ground to roof; a module imports only from the floors below it:

    errors      LearnerError is shown as it stands; ReadError, ShapeError, DomainError; AuthorError for exercise files
    maths       what an operation is: ops.TABLE holds one row for each, with all that anybody asks of it
    language    text ↔ SymPy trees, in the order the author wrote them
    graphs      Graph: interned nodes in topological order, each with its shape and name
    adjoint     the backward pass in symbols: adjoints as nodes that extend the graph
    views       operations opened into smaller ones, groups closed into one node
    build       text, a SymPy tree or a Python function → Graph
    floats      straight-line code over Python floats, one statement a value
    batches     the same over NumPy arrays, all points of a batch at once
    compile     Graph → one function for value and all gradients, at one point or over a batch
    trace       Graph + point → Trace: forward, seed, then backward one edge a step; numbers beside symbols
    equal       are two expressions the same? sampled with care, on their kinks too, and proved where that is quick
    checks      is the gradient right? against SymPy's own derivative, input by input and rule by rule
    derivation  the analytic derivative line by line, each line with its rule; or edge by edge along the graph
    data        the lecture's four points, CSV and .npz files, fitted to a graph's inputs
    descent     METHODS: one row for each way of descending, and the loops generated from it
    runs        a plan and where it stands; how it goes on, waits in vain or breaks
    predictions sign, argmax, probabilities, a confusion table
    training    gradient descent on any loss graph and any data, as a History
    opening     one update with every number filled in
    losses      losses side by side, and which of the lecture's sentences about them hold
    outliers    one far point under three ways of descending and two losses
    picture     a trace's frames and their one layout, a derivation set in type; SVG, PNG, PDF, GIF, DOT and pages of them
    experiments train() with a bar on long runs, and what it and the comparisons give, which plot themselves
    grading     is an answer right, and if not, where and why? Grade, its lines and the misconceptions that fit
    tutor       exercises, variants, hints, progress and the lesson
    batch       submissions from files, their results, what a person decided, and what a change changed
    analysis    check() and derive(), and a Derivation that draws itself
    api         what a user holds: graph(), and Graph and Trace with their methods
    cli         the commands of the shell

Absent on purpose: a second table keyed by an operation's name (add a column to ops.TABLE instead), `sympify`,
`parse_expr` or `eval` on anything a learner typed, gradients kept on nodes, and recursion over expressions.

>>> import graphtutor as gt
>>> g = gt.graph("f = w*x + b; L = (f - y)**2")
>>> g.trace(at={"w": 2, "x": 3, "b": 1, "y": 5}).gradients["w"]
12.0
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .analysis import Derivation as Derivation
    from .analysis import check as check
    from .analysis import derive as derive
    from .api import Graph as Graph
    from .api import Trace as Trace
    from .api import fn as fn
    from .api import make as graph  # noqa: F401
    from .batch.results import grade_many as grade_many
    from .data import load as load
    from .equal import Verdict as Verdict
    from .equal import same as same
    from .errors import AuthorError as AuthorError
    from .errors import DomainError as DomainError
    from .errors import LearnerError as LearnerError
    from .errors import ReadError as ReadError
    from .errors import ShapeError as ShapeError
    from .experiments import History as History
    from .experiments import compare_losses as compare_losses
    from .experiments import outliers as outliers
    from .experiments import train as train
    from .grading.grader import grade as grade
    from .grading.grades import Grade as Grade
    from .grading.marks import Rubric as Rubric
    from .language.read import read as read
    from .tutor.judge import exercise as exercise

__version__ = "0.1.0"

# public name -> module:attribute, imported when first asked for, so that `graphtutor --help` waits for no SymPy
PUBLIC = {
    "AuthorError": "errors:AuthorError",
    "DomainError": "errors:DomainError",
    "LearnerError": "errors:LearnerError",
    "ReadError": "errors:ReadError",
    "ShapeError": "errors:ShapeError",
    "Graph": "api:Graph",
    "Trace": "api:Trace",
    "Derivation": "analysis:Derivation",
    "Verdict": "equal:Verdict",
    "check": "analysis:check",
    "fn": "api:fn",
    "derive": "analysis:derive",
    "graph": "api:make",
    "History": "experiments:History",
    "compare_losses": "experiments:compare_losses",
    "Grade": "grading.grades:Grade",
    "Rubric": "grading.marks:Rubric",
    "grade": "grading.grader:grade",
    "grade_many": "batch.results:grade_many",
    "load": "data:load",
    "outliers": "experiments:outliers",
    "same": "equal:same",
    "train": "experiments:train",
    "read": "language.read:read",
    "exercise": "tutor.judge:exercise",
}


class Package(ModuleType):
    """This package as a module whose public names win over its submodules of the same name.

    Importing `graphtutor.check` would otherwise hide the function `graphtutor.check`.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in PUBLIC and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = Package


def __getattr__(name: str) -> Any:
    if name not in PUBLIC:
        raise AttributeError(f"module 'graphtutor' has no attribute '{name}'")
    module, attribute = PUBLIC[name].split(":")
    value = getattr(import_module(f".{module}", __name__), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *PUBLIC})

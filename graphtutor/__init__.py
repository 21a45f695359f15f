"""Draw an expression's computation graph, walk it backwards one edge at a time, and check every gradient.

>>> import graphtutor as gt
>>> g = gt.graph("f = w*x + b; L = (f - y)**2")       # text, a SymPy tree, or a function of symbols
>>> t = g.trace(at={"w": 2, "x": 3, "b": 1, "y": 5})   # forward, then backward; t.draw("steps") draws each step
>>> t.gradients["w"], gt.check(g).ok
(12.0, True)
>>> print(gt.derive("(w*x - y)**2", wrt="w", style="lecture").lines[-1].text)
2*x*(w*x - y)
>>> gt.grade("(w*x - y)**2", "2*(w*x - y)", wrt="w").misconceptions[0].id
'chain.missing-inner'

`gt.same` says whether two expressions are equal, `gt.read` reads one, `gt.train` descends a loss, `gt.exercise` takes one
of the lesson's exercises, `gt.grade_many` grades a class; `graphtutor` in a terminal holds the lesson. Each has its own
help: `help(gt.graph)`. What a learner can mend is a `gt.LearnerError` of one sentence.

The house, ground to roof; a module imports only from the rooms below it:

    errors           LearnerError is shown as it stands; ReadError, ShapeError, DomainError; AuthorError for exercise files
    text             names in a row, did-you-mean, ASCII, JSON's types, whole files
    door             what a user calls: a misspelt option, a missing argument, a list where names are wanted ends in one sentence
    shown            what a value shows of itself: words as HTML without scripts, and a picture from above, imported when it is drawn
    ops              what an operation is: table.TABLE holds one row for each, with all that anybody asks of it
    language         text ↔ SymPy trees, in the order the author wrote them
    expr             Graph: interned nodes in topological order; built from text, trees and functions; its adjoints
    compiled         straight-line code for value and all gradients, at one point or over a batch
    walk             Graph + point → Trace: forward, seed, then backward one edge a step; numbers beside symbols
    equal            are two expressions the same, and is a gradient right? sampled with care, and proved where that is quick
    derivation       the analytic derivative line by line, each line with its rule; or edge by edge along the graph
    training         gradient descent on any loss graph and any data, and what can be learnt from its runs
    picture.files    pixels, pages and bytes: fonts, PNG, PDF, GIF, whole files
    picture.typeset  mathematics set in type, as a textbook sets it
    picture.steps    a trace's frames and their one layout, painted as SVG, DOT, a page, a terminal's text
    picture.board    a derivation set in type
    picture.plots    curves, planes and surfaces of descent
    picture          the five of them
    grading.asked    what is asked, and whether one expression is another within it
    grading.told     a Grade, what it is made of, and how it is told
    grading.slips    misconceptions: where each can be made, which explain an answer, and where it fails
    grading.lines    a derivation, line by line
    grading.sheet    a backprop sheet, cell by cell
    grading.python   a student's Python, read as mathematics and never run
    grading          an answer in any form to a Grade
    tutor            exercises, variants, hints, progress and the lesson
    batch            a class of any size graded apart: submissions from files, their results in any form, what a person decided
    front            what a user holds: Graph, Trace, Derivation with their methods, check, derive
    site             the lesson as a page: the same JSON answered in a browser tab or on this machine
    cli              the commands of the shell

Absent on purpose: a second table keyed by an operation's name (add a column to the table instead), `sympify`,
`parse_expr` or `eval` on anything a learner typed, gradients kept on nodes, and recursion over expressions.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .batch.many import grade_many as grade_many
    from .equal import Verdict as Verdict
    from .equal import same as same
    from .errors import AuthorError as AuthorError
    from .errors import DomainError as DomainError
    from .errors import LearnerError as LearnerError
    from .errors import ReadError as ReadError
    from .errors import ShapeError as ShapeError
    from .front.analysis import Derivation as Derivation
    from .front.analysis import check as check
    from .front.analysis import derive as derive
    from .front.api import Graph as Graph
    from .front.api import Trace as Trace
    from .front.api import fn as fn
    from .front.api import from_jax as from_jax
    from .front.api import from_torch as from_torch
    from .front.api import graph as graph
    from .grading.grader import grade as grade
    from .grading.told.grades import Grade as Grade
    from .grading.told.marks import Rubric as Rubric
    from .language.read import read as read
    from .training.data import load as load
    from .training.history import History as History
    from .training.losses import compare_losses as compare_losses
    from .training.outliers import outliers as outliers
    from .training.train import train as train
    from .tutor.judge import exercise as exercise

__version__ = "0.1.0"

# public name -> module:attribute, imported when first asked for, so that `graphtutor --help` waits for no SymPy
PUBLIC = {
    "AuthorError": "errors:AuthorError",
    "DomainError": "errors:DomainError",
    "LearnerError": "errors:LearnerError",
    "ReadError": "errors:ReadError",
    "ShapeError": "errors:ShapeError",
    "Graph": "front.api:Graph",
    "Trace": "front.api:Trace",
    "Derivation": "front.analysis:Derivation",
    "Verdict": "equal:Verdict",
    "check": "front.analysis:check",
    "fn": "front.api:fn",
    "derive": "front.analysis:derive",
    "graph": "front.api:graph",
    "from_torch": "front.api:from_torch",
    "from_jax": "front.api:from_jax",
    "History": "training.history:History",
    "compare_losses": "training.losses:compare_losses",
    "Grade": "grading.told.grades:Grade",
    "Rubric": "grading.told.marks:Rubric",
    "grade": "grading.grader:grade",
    "grade_many": "batch.many:grade_many",
    "load": "training.data:load",
    "outliers": "training.outliers:outliers",
    "same": "equal:same",
    "train": "training.train:train",
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


if not TYPE_CHECKING:  # a type checker finds the names above, and only those

    def __getattr__(name: str) -> Any:
        if name not in PUBLIC:
            import difflib

            meant = difflib.get_close_matches(name, PUBLIC, 1)
            raise AttributeError(
                f"module 'graphtutor' has no attribute '{name}'{f'; did you mean gt.{meant[0]}?' if meant else ''}"
            )
        module, attribute = PUBLIC[name].split(":")
        value = getattr(import_module(f".{module}", __name__), attribute)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted(PUBLIC)

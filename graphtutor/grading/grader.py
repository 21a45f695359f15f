"""grade: a student's answer, in any of its forms, to a Grade."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import singledispatch
from typing import Any

import numpy as np
import sympy as sp

from ..door import door
from ..equal.given import number
from ..errors import LearnerError, ReadError
from ..language.read import Claim, derivation, read
from ..language.write import write
from ..ops import heads
from ..ops.misconceptions import mistake
from ..text import long_number, several
from .asked.rulings import Step
from .asked.task import Task, plain, task
from .deadline import within
from .lines.judging import judged, judged_tree
from .lines.scoring import marked
from .lines.strangers import misnamed, strangers
from .python.returned import Followed, Returned, returned
from .python.source import NoValue
from .python.values import array_of
from .sheet.filled import looks_like
from .sheet.tally import of_sheet
from .slips.causes import explained
from .told.grades import Grade
from .told.marks import Misconception, Rubric

UNDECODED = re.compile("[\ud800-\udfff\ufffd]")
QUOTE = " In your code, "
TURNED = re.compile(r"(?<=\))\s*(?:\^\s*\{?(?:T|\\top|\\mathrm\{T\})\}?|ᵀ|')$")
NABLA = re.compile(r"^\s*(?:∇|\\nabla|grad\b)\s*\w*\s*=")


@door
def grade(source: Any, answer: Any, *, wrt: Any = None, assume: Mapping[str, Any] | str | None = None, definitions: Mapping[str, Any] | None = None,
          shapes: Mapping[str, Any] | None = None, constants: Mapping[str, Any] | None = None, given: Mapping[str, Any] | None = None,
          rubric: Rubric | None = None, seconds: float | None = None) -> Grade:  # fmt: skip
    """Return the Grade of a student's answer to "what is d `source` / d `wrt`?".

    `source`: text (an expression or a program), a SymPy tree, a Python function, a Graph, or an exercise.
    `wrt`: a name, several, or () where the answer is to be `source` itself in another form. Left out, it is what the answer
    names or the one variable there is; with several to choose from it is asked for by a LearnerError.
    `answer`: text (one expression, or the lines of a derivation), a list of lines, a SymPy expression or a
    list or matrix of them, an object name → expression, {"code": text, "function": name, "args": …} or
    {"sheet": rows, "at": point, "digits": n}. `rubric` says how points are given, and whether a variant of the problem
    is to tell several explanations apart. After `seconds`, in any thread, the answer is undecided: a last resort, for how much
    is tried is counted and not clocked, so that a grade does not depend on the machine. What cannot be read
    costs nothing and is in `Grade.invalid`; a LearnerError is raised for a problem that makes no sense.

    >>> found = grade("(w*x - y)**2", "2*(w*x - y)", wrt="w")
    >>> found.correct, found.misconceptions[0].id
    (False, 'chain.missing-inner')
    >>> print(found.counterexample)
    At w = 2, x = 3, y = 1: yours is 10, the derivative is 30.
    >>> grade("(w*x - y)**2", ["u = w*x - y", "dL/du = 2u", "dL/dw = 2u x"], wrt="w").correct
    True
    """
    said = {"wrt": wrt, "assume": assume, "definitions": definitions, "shapes": shapes, "constants": constants, "given": given,
            "rubric": rubric}  # fmt: skip
    options = {name: value for name, value in said.items() if value is not None}
    if seconds is None:
        return of_source(source, answer, **options)
    late = f"It was not decided in {seconds} s."
    return within(
        seconds, lambda: of_source(source, answer, **options), lambda: Grade(0.0, None, late, undecided_because=late)
    )


@singledispatch
def of_source(source: Any, answer: Any, *, wrt: Any = None, rubric: Rubric | None = None, **about: Any) -> Grade:
    """Return the Grade of an answer by what asks: an exercise has an entry of its own."""
    asked = task(source, wrt=wrt, **about)
    if wrt is not None or asked.wrt or isinstance(source, Task) or hasattr(source, "program"):
        return graded(asked, answer, rubric or Rubric())
    if (isinstance(answer, Mapping) and "code" not in answer) or (isinstance(answer, str) and looks_like(answer)):
        return graded(asked, answer, rubric or Rubric())  # it names its variables itself, or asks for all
    found, why = variables(asked, answer)
    grade = graded(replace(asked, wrt=found), answer, rubric or Rubric())
    return replace(grade, message=f"{grade.message} Taken as the derivative by {several(found)}, {why}.")


def differentiated(asked: Task, text: str) -> list[str]:
    """Return by what the lines of an answer differentiate the whole."""
    claims = derivation(text, **asked.read_options())
    parts = {c.name for c in claims if c.kind == "definition"} | {n for n, _ in asked.named if n != asked.output}
    return [c.wrt for c in claims if c.wrt and c.of not in parts] + operators(claims)


def variables(asked: Task, answer: Any) -> tuple[tuple[str, ...], str]:
    """Return by what the derivative is asked for where nobody said so, and why: the answer names it, or there is one variable alone."""
    lines = answer if isinstance(answer, list | tuple) else [answer]
    named = differentiated(asked, text_of(answer)) if all(isinstance(line, str) for line in lines) else []
    found = tuple(dict.fromkeys(name for name in named if name in asked.inputs))
    if found:
        return found, "as the answer names it"
    if len(asked.inputs) == 1:
        return tuple(asked.inputs), "the one variable there is"
    raise LearnerError(
        f"by which variable is the derivative asked for? The problem has {several(sorted(asked.inputs)) or 'none'}: name one with wrt;"
        " wrt=() asks for the expression itself in another form"
    )


def operators(claims: Sequence[Claim]) -> list[str]:
    """Return the variables of derivatives written as operators, with which a claim begins: d/dx (…) = ."""
    first = [c.parts[0].tree for c in claims if c.kind == "claim" and len(c.parts) > 1]
    return [t.args[1].name for t in first if isinstance(t, heads.Diff) and isinstance(t.args[1], sp.Symbol)]


def graded(asked: Task, answer: Any, rubric: Rubric) -> Grade:
    """Return the Grade of an answer to a Task, by the answer's form."""
    if long_number(answer):
        raise LearnerError(
            "the answer holds a number of more than 300 digits; expected an expression, or a shorter one"
        )
    if isinstance(answer, Mapping):
        return of_object(asked, answer, rubric)
    if isinstance(answer, str) and looks_like(answer):
        return of_sheet(asked, {"sheet": answer}, rubric)
    if isinstance(answer, list | tuple) and is_vector(asked, answer):
        return of_text(asked, f"[{', '.join(answer)}]", rubric)
    if isinstance(answer, str) and len(asked.wrt) > 1:
        return of_text(asked, in_brackets(answer, len(asked.wrt)), rubric)
    if isinstance(answer, str) or (
        isinstance(answer, list | tuple) and answer and all(isinstance(line, str) for line in answer)
    ):
        return of_text(asked, answer, rubric)
    tree = as_tree(answer)
    return of_trees(asked, tree, write(tree), rubric)


def is_vector(asked: Task, answer: Sequence[Any]) -> bool:
    """Return whether texts are the entries of a gradient rather than lines: as many as there are entries, none with an equals sign."""
    if not all(isinstance(text, str) and text.strip() and not any(sign in text for sign in "=≈\n") for text in answer):
        return False
    shape = asked.shapes.get(asked.wrt[0]) if len(asked.wrt) == 1 else len(asked.wrt)
    return len(answer) > 1 and shape in (len(answer), (len(answer),))


def listed(text: str) -> list[str]:
    """Return the entries of a gradient that stand one below the other, or with commas or semicolons between; none where there are equations or lists."""
    if re.search(r"[=≈\\]|[(\[{][^)\]}]*,", text):
        return []
    return [part for part in re.split(r"[;\n]|,(?!\d)", text) if part.strip()]


def in_brackets(text: str, count: int = 0) -> str:
    """Return the text of a gradient with its `count` entries in square brackets and without the ∇L before it.

    >>> in_brackets("∇L = (y, x)^T"), in_brackets("dL/dx = y"), in_brackets("y; x", 2)
    ('[y, x]', 'dL/dx = y', '[y, x]')
    """
    plain = NABLA.sub("", text).strip()
    column = TURNED.sub("", plain)
    if column[:1] + column[-1:] == "()" and "," in column and "\n" not in column:
        return f"[{column[1:-1]}]"
    entries = listed(plain)
    if len(entries) == count > 1:
        return f"[{', '.join(entries)}]"
    return plain if plain[:1] == "[" or (plain[:6] == "\\begin" and "=" not in plain) else text


# ----- text -----
def of_text(asked: Task, answer: str | Sequence[str], rubric: Rubric) -> Grade:
    """Return the Grade of an expression or of the lines of a derivation."""
    try:
        refuse_undecoded(text_of(answer))
        steps = judged(asked, answer)
        if not any(s.status in ("unread", "definition") or s.tree is not None for s in steps):
            read(answer if isinstance(answer, str) else "\n".join(answer), names=asked.names)
            raise ReadError(
                "no expression found in the answer; expected the derivative, or lines that lead to it",
                text_of(answer).split("\n")[0][:100],
            )
    except ReadError as error:
        return unreadable(error)
    return told(asked, steps, answer, rubric)


def refuse_undecoded(text: str) -> None:
    """Refuse text with a byte in it that was none: half of a pair, or the sign for what could not be decoded."""
    lost = UNDECODED.search(text)
    if lost is not None:
        line = text.count("\n", 0, lost.start()) + 1
        column = lost.start() - text.rfind("\n", 0, lost.start())
        raise ReadError(
            "a byte that is no text stands here; save the answer as UTF-8", text.split("\n")[line - 1], line, column
        )


def text_of(answer: str | Sequence[str]) -> str:
    return answer if isinstance(answer, str) else "\n".join(answer)


def unreadable(error: ReadError) -> Grade:
    return Grade(0.0, None, f"This cannot be read: {error.message}. It costs nothing.", invalid=error)


def told(asked: Task, steps: Sequence[Step], answer: str | Sequence[str], rubric: Rubric) -> Grade:
    """Return the Grade of judged steps, with what explains the first wrong one, or the names that kept one from being read."""
    found = marked(asked, steps, answer, rubric)
    if found.first_wrong is not None:
        why = explained(asked, steps, rubric.variant)
        shapes = [
            misshapen(s.verdict.why, s.index)
            for s in steps
            if s.status == "wrong" and s.verdict is not None and s.verdict.misfit
        ]
        return replace(found, **{**why, "misconceptions": (*shapes[:1], *why.get("misconceptions", ()))})
    unknown = {n: s.index for s in steps if s.status == "unread" and s.written for n in strangers(asked, s.written)}
    return replace(found, misconceptions=tuple(misnamed(asked, n, k) for n, k in unknown.items()))


def misshapen(why: str, line: int = 0) -> Misconception:
    """Return the misconception of an expression whose shape is not that of the right answer."""
    found = mistake("matrix.wrong-shape")
    return Misconception(found.id, hint=found.hint, strong=f"{found.strong} Here {why}.", line=line)


# ----- trees -----
def of_trees(asked: Task, tree: sp.Basic, text: str, rubric: Rubric) -> Grade:
    """Return the Grade of one expression that is a tree already."""
    return told(asked, [judged_tree(asked, tree, text)], [text], rubric)


def as_tree(answer: Any) -> sp.Basic:
    """Return a SymPy expression, a number, or a list or matrix of them, as one tree; text among them is read.

    >>> as_tree([sp.Symbol("x"), 2])
    Vector(x, 2)
    """
    if isinstance(answer, np.ndarray | sp.MatrixBase | sp.NDimArray):
        answer = answer.tolist()
        if answer and isinstance(answer, list) and all(isinstance(row, list) and len(row) == 1 for row in answer):
            answer = [row[0] for row in answer]
    if isinstance(answer, list | tuple) and answer:
        return heads.Vector(*map(as_tree, answer))
    if isinstance(answer, sp.Basic):
        return plain(answer)
    if isinstance(answer, int | float | np.number) and not isinstance(answer, bool):
        return number(answer)
    if isinstance(answer, str):
        return read(answer)
    raise LearnerError(
        f"cannot grade {type(answer).__name__}; expected text, lines, an expression, a list of expressions or an object name → expression"
    )


# ----- objects -----
def of_object(asked: Task, answer: Mapping[str, Any], rubric: Rubric) -> Grade:
    if "code" in answer:
        return of_code(asked, answer, rubric)
    if "sheet" in answer:
        return of_sheet(asked, answer, rubric)
    return of_gradients(asked, answer, rubric)


def of_code(asked: Task, answer: Mapping[str, Any], rubric: Rubric) -> Grade:
    """Return the Grade of Python code: what the function returns is graded like an expression, the line named that returns it.

    A function that returns None, or something of another shape than the gradient, is wrong.
    """
    try:
        read = returned(answer, asked.wrt, {n.name: n.shape for n in asked.graph.inputs})
    except NoValue as error:
        return Grade(0.0, False, f"Not right. Line {error.line}: {error.message}.")
    except ReadError as error:
        return unreadable(error)
    found, said = of_values(asked, read, rubric), list(read.assumed)
    if len(asked.wrt) > 1 and len(read.trees) != len(asked.wrt):
        count = f"{len(read.trees)} value{'s' * (len(read.trees) != 1)}"
        said.append(f"the function returns {count}, {len(asked.wrt)} are asked for")
    found = in_own_words(found, read)
    if not said:
        return found
    head, quote, rest = found.message.partition(QUOTE)
    return replace(found, message=f"{head} ({'; '.join(said)}.){quote}{rest}")


def in_own_words(found: Grade, read: Returned) -> Grade:
    """Return the Grade of code with the learner's own line in it: beside the verdict, and in the message where it is wrong."""
    if read.gaps:
        own = [f"Python returns None after {line}" for line in read.gaps]
    else:
        own = read.quoted(dict(found.counterexample.point) if found.counterexample else {})
        if len(found.lines) == len(own) == 1:
            found = replace(found, lines=(replace(found.lines[0], text=own[0].split(": ", 1)[1]),))
    return (
        replace(found, message=f"{found.message}{QUOTE}{'; '.join(own)}") if found.correct is False and own else found
    )


def of_values(asked: Task, read: Returned, rubric: Rubric) -> Grade:
    """Return the Grade of what functions return: of one gradient, of several each by its shape, or of numbers in a row."""
    if len(asked.wrt) == 1 and len(read.values) == 1:
        return of_value(asked, read.values[0], rubric)
    if len(read.trees) == len(asked.wrt) > 1 and any(isinstance(v, list) for v in read.trees):
        parts = zip(asked.wrt, read.trees, strict=True)
        each = {name: of_value(replace(asked, wrt=(name,)), Followed(value), rubric) for name, value in parts}
        return together(asked.wrt, each)
    tree = as_tree(list(read.trees)) if len(read.trees) != 1 else as_tree(read.trees[0])
    return of_trees(asked, tree, write(tree), rubric)


def of_value(asked: Task, returned: Followed, rubric: Rubric) -> Grade:
    """Return the Grade of what a function returns for one gradient; axes of length 1 do not count."""
    shape, right = returned.shape, next((n.shape for n in asked.graph.inputs if n.name == asked.wrt[0]), ())
    if [n for n in shape if n != 1] != [n for n in right if n != 1]:
        why = f"the function returns {sized(shape)}; the gradient for {asked.wrt[0]} is {sized(right)}, as {asked.wrt[0]} is"
        return Grade(0.0, False, f"Not right. {why[0].upper()}{why[1:]}.", misconceptions=(misshapen(why),))
    tree = as_tree(np.reshape(np.asarray(array_of(returned.value), dtype=object), right).tolist())
    return of_trees(asked, tree, write(tree), rubric)


def sized(shape: Sequence[int]) -> str:
    """Return a shape in words.

    >>> sized(()), sized((3,)), sized((2, 3))
    ('one number', '3 numbers', 'a 2×3 matrix')
    """
    if not shape:
        return "one number"
    return f"{shape[0]} numbers" if len(shape) == 1 else f"a {'×'.join(map(str, shape))} matrix"


def of_gradients(asked: Task, answer: Mapping[str, Any], rubric: Rubric) -> Grade:
    """Return the Grade of several gradients, each of equal weight; one that is left out is not right."""
    given = {variable(asked, name): value for name, value in answer.items()}
    names = asked.wrt or tuple(given)
    unknown = next((name for name in given if name not in names), None)
    if unknown is not None:
        raise LearnerError(f"'{unknown}' was not asked for; expected {several(names)}")
    parts = {
        name: graded(replace(asked, wrt=(name,)), given[name], rubric)
        for name in names
        if name in given and str(given[name]).strip()
    }
    return together(names, parts)


def variable(asked: Task, name: str) -> str:
    """Return the variable that a key of an answer names: `w0`, `dL/dw0`, `∂L/∂w₀`."""
    if name in asked.inputs or name in asked.wrt:
        return name
    claims = derivation(f"{name} = 0", **asked.read_options())
    return next((c.wrt for c in claims if c.wrt), name)


# branches: none but the comprehensions that make a field each
def together(names: Sequence[str], parts: Mapping[str, Grade]) -> Grade:
    """Return one Grade for those of several gradients; its lines are the gradients in order."""
    every = list(parts.values())
    missing = [name for name in names if name not in parts]
    wrong, unsure = ([name for name, g in parts.items() if g.correct is verdict] for verdict in (False, None))
    because = (f"{n}: {parts[n].undecided_because}" for n in unsure if parts[n].undecided_because)
    return replace(
        parts[wrong[0]] if wrong else Grade(0.0, False, ""),
        score=sum(g.score for g in every) / max(1, len(names)),
        correct=False if wrong or missing else None if unsure else True,
        message=summary(parts, wrong, unsure, missing),
        lines=tuple(replace(line, index=k, quantity=n) for k, (n, g) in enumerate(parts.items()) for line in worst(g)),
        first_wrong=list(parts).index(wrong[0]) if wrong else None,
        misconceptions=tuple(replace(m, line=k) for k, g in enumerate(every) for m in g.misconceptions),
        invalid=next(filter(None, (g.invalid for g in every)), None),
        undecided_because="; ".join(because),
        table=(),
    )


def summary(parts: Mapping[str, Grade], wrong: Sequence[str], unsure: Sequence[str], missing: Sequence[str]) -> str:
    """Return in words which of several gradients are right, and what is said of each of the others."""
    said = [f"{several(wrong)} {are(wrong)} not right."] if wrong else []
    said += [] if wrong or unsure or missing else ["Right, all of them."]
    said += [f"{n}: {parts[n].message}" for n in (*wrong, *unsure) if parts[n].message != "Not right."]
    return " ".join([*said, *([f"{several(missing)} {are(missing)} missing."] if missing else [])])


def are(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def worst(found: Grade) -> list[Any]:
    """Return the one line that stands for a gradient: the first wrong one, or the last."""
    if not found.lines:
        return []
    return [found.lines[found.first_wrong if found.first_wrong is not None else -1]]

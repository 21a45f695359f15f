"""A student's Python functions, read as mathematics. The code is parsed, never run.

A whitelisted part of Python (assignments, arithmetic, indexing, calls of each other and of `math` and
`np` functions, `max`, `if`, bounded `for`, comprehensions, `sum`) is followed on symbols. What is
followed gives the same trees as text does; anything else is refused with the line and the reason.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import sympy as sp

from ...errors import LearnerError, ReadError
from ...language import read
from ...ops.arrays import Shape
from . import script
from .follow import Follower
from .source import MODULES, MOST_NESTING, Named, Source, Vector, kind, named, parameters, refuse, tree_of

MOST_CHARS, MOST_TERMS = 10_000, 20_000
NO_SHAPES: Mapping[str, Shape] = {}


class Code(Source):
    """The functions of a text of Python: `code("dfn_w0", args)` gives the tree of what one returns.

    >>> from graphtutor.language.write import write
    >>> code = read_code("def f(x, w):\\n    return 2*x[0]*w")
    >>> write(code("f", {"x": ["x0", "x1"], "w": "w0"}))
    '2*x0*w0'
    """

    def __call__(
        self, name: str, args: Mapping[str, Any] | None = None, shapes: Mapping[str, Shape] = NO_SHAPES
    ) -> Any:
        """Return the tree (a list of trees for several values) that function `name` returns.

        `args`: parameter → a name of the problem, a number, or a list of them; a parameter left out stands for
        itself. `shapes` are those of the problem's vectors and matrices.
        """
        if name not in self.functions:
            raise ReadError(
                f"no function '{name}' in the code; it has {', '.join(self.functions) or 'none'}",
                self.text.split("\n")[0][:100],
            )
        function = self.functions[name]
        given = [described((args or {}).get(a.arg), a.arg, shapes) for a in parameters(function)]
        try:
            value = plain(Follower(self).call(function, given, {}, function))
        except ReadError:
            raise
        except LearnerError as error:
            refuse(self.text, function, str(error))
        size = sum(written_out(tree) for tree in (value if isinstance(value, list) else [value]))
        if size > MOST_TERMS:
            refuse(
                self.text, function, f"what {name} returns is too long: written out it has more than {MOST_TERMS} terms"
            )
        return value


def described(value: Any, name: str, shapes: Mapping[str, Shape] = NO_SHAPES, level: int = 0) -> Any:
    """Return what a parameter stands for: a tree, a vector of them, or a name to be indexed."""
    if level > 2:
        raise LearnerError(f"args of '{name}': lists nested more than 2 deep; expected a name, or names in rows")
    if value is None:
        return Named(name)
    if isinstance(value, str):
        return read.read(value, names=[value] if value.isidentifier() else None, shapes=shapes)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value if isinstance(value, int) else read.read(repr(value))
    if isinstance(value, list | tuple):
        return Vector(described(v, name, shapes, level + 1) for v in value)
    raise LearnerError(f"args of '{name}': expected a name or a list of names, met {value!r}")


def written_out(value: Any) -> int:
    """Return how many numbers, names and signs a tree has when it is written out, shared parts again and again.

    >>> written_out(sp.Symbol("x") + 1)
    3
    """
    if isinstance(value, list):
        return sum(map(written_out, value))
    size: dict[int, int] = {}
    todo = [(value, False)]
    while todo:
        top, ready = todo.pop()
        if ready:
            size[id(top)] = 1 + sum(size[id(a)] for a in top.args)
        elif id(top) not in size:
            todo.append((top, True))
            todo.extend((a, False) for a in top.args)
    return size[id(value)]


def plain(value: Any) -> Any:
    """Return a result as a tree, or as a list of them."""
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, sp.Basic | Named | int):
        return tree_of(value)
    raise LearnerError(f"the function returns {kind(value)}; expected a number or a list of them")


# ----- parsing -----
def read_code(text: str) -> Code:
    """Return the functions of a text of Python. Raises ReadError for what is refused, with line and column.

    >>> read_code("import os")
    Traceback (most recent call last):
        ...
    graphtutor.errors.ReadError: line 1, column 1: import of 'os' is not read; only math and numpy are known
    """
    module = parsed(text)
    functions = {s.name: s for s in module.body if isinstance(s, ast.FunctionDef)}
    modules, plotting = set(MODULES), set[str]()
    imported: dict[str, str] = {}
    values: dict[str, ast.expr] = {}
    passed: dict[str, int] = {}
    for statement in module.body:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                drawn = alias.name.split(".")[0] in script.PLOTTING
                if not drawn:
                    allowed(text, statement, alias.name)
                (plotting if drawn else modules).add(alias.asname or alias.name.split(".")[0])
        elif isinstance(statement, ast.ImportFrom):
            allowed(text, statement, statement.module or ".")
            imported |= {alias.asname or alias.name: alias.name for alias in statement.names}
        elif isinstance(statement, ast.Assign) and all(isinstance(t, ast.Name) for t in statement.targets):
            values |= {t.id: statement.value for t in statement.targets if isinstance(t, ast.Name)}
        elif (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.target, ast.Name)
            and statement.value is not None
        ):
            values[statement.target.id] = statement.value
        elif script.passed_over(statement, functions, modules | plotting):
            passed |= dict.fromkeys(script.assigned(statement), statement.lineno)
        elif not (isinstance(statement, ast.FunctionDef) or harmless(statement) or only_as_a_program(statement)):
            refuse(
                text,
                statement,
                f"{named(statement)} outside a function is not read; put the derivative in a function that returns it",
            )
    twice = next((name for name in functions if name in values or name in imported or name in passed), None)
    if twice is not None:
        refuse(text, functions[twice], f"'{twice}' is a function and another thing too; give each its own name")
    return Code(text, functions, frozenset(modules), imported, values, passed)


def parsed(text: str) -> ast.Module:
    """Return the parsed text; Python's own complaints as a ReadError."""
    if not isinstance(text, str):
        raise LearnerError(f"cannot read {type(text).__name__} as code; expected text")
    if len(text) > MOST_CHARS:
        raise ReadError(
            f"the code is {len(text)} characters long; at most {MOST_CHARS} are read", text[:80].split("\n")[0]
        )
    nested(text)
    try:
        return ast.parse(text)
    except SyntaxError as error:
        line = error.lineno or 1
        rows = text.split("\n")
        raise ReadError(
            f"not Python: {error.msg}", rows[line - 1] if line <= len(rows) else "", line, error.offset or 1
        ) from None
    except (RecursionError, MemoryError, ValueError):
        raise ReadError(
            "not Python that can be read: nested too deeply, or a character that is not text", text.split("\n")[0][:100]
        ) from None


def nested(text: str) -> None:
    """Refuse what Python's own parser could not take without deep recursion."""
    depth = run = 0
    for k, c in enumerate(text):
        depth += (c in "([{") - (c in ")]}")
        run = run + 1 if c in "+-~" else run if c == " " else 0
        if depth > MOST_NESTING or run > MOST_NESTING:
            line = text.count("\n", 0, k) + 1
            raise ReadError(
                f"nested more than {MOST_NESTING} deep; use intermediate names",
                text.split("\n")[line - 1],
                line,
                k - text.rfind("\n", 0, k),
            )


def allowed(text: str, node: ast.stmt, module: str) -> None:
    if module.split(".")[0] not in MODULES:
        refuse(text, node, f"import of '{module}' is not read; only math and numpy are known")


def harmless(statement: ast.stmt) -> bool:
    """Return whether a statement does nothing: `pass`, or text that stands alone."""
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def only_as_a_program(statement: ast.stmt) -> bool:
    """Return whether this is `if __name__ == "__main__":`, which is no part of the functions."""
    if not isinstance(statement, ast.If) or statement.orelse or not isinstance(statement.test, ast.Compare):
        return False
    sides = [statement.test.left, *statement.test.comparators]
    names, words = (
        [s.id for s in sides if isinstance(s, ast.Name)],
        [s.value for s in sides if isinstance(s, ast.Constant)],
    )
    return isinstance(statement.test.ops[0], ast.Eq) and (names, words) == (["__name__"], ["__main__"])

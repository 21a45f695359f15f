"""The text of a student's Python, parsed: its functions, and what stands outside them. It is never run.

Outside functions a script may hold data, a training loop, plots: such statements are passed over, neither read nor run,
where they call nothing but the student's own functions, those of the known modules, and a few of Python's. The names that
they assign cannot be used in a function.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from ...errors import LearnerError, ReadError

MOST_CHARS, MOST_NESTING = 10_000, 60
FILE = "<a student's answer>"  # what Python's own warnings about a text are known by
MODULES = frozenset(["math", "np", "numpy", "cmath", "torch", "jnp"])
KNOWN = frozenset(["math", "numpy", "cmath", "torch", "jax", "scipy"])
PLOTTING = frozenset(["matplotlib", "pylab"])
WORDS = {"While": "while", "Try": "try", "With": "with", "ClassDef": "class", "Delete": "del", "Global": "global", "Nonlocal": "nonlocal", "Raise": "raise",
         "JoinedStr": "an f-string", "Await": "await", "Yield": "yield", "Starred": "*", "Dict": "a dictionary", "Set": "a set", "For": "for", "If": "if",
         "NamedExpr": ":=", "Expr": "an expression", "Assign": "this assignment", "AugAssign": "this assignment", "Break": "break", "Continue": "continue", "Match": "match",
         "AsyncFunctionDef": "async", "AsyncFor": "async", "DictComp": "a dictionary", "SetComp": "a set", "YieldFrom": "yield", "Assert": "assert"}  # fmt: skip
PYTHON = frozenset(
    "print range len zip enumerate sum max min abs round list tuple float int str sorted reversed".split()
)
METHODS = frozenset("append copy extend format sum mean dot tolist reshape astype items values keys".split())
PASSED = (ast.For, ast.If, ast.AugAssign, ast.Assign, ast.AnnAssign, ast.Expr, ast.Assert)
REFUSED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.Import, ast.ImportFrom, ast.While, ast.Try, ast.With, ast.Global, ast.Nonlocal, ast.Delete,
           ast.Raise, ast.Await, ast.Yield, ast.YieldFrom)  # fmt: skip
Defined = ast.FunctionDef | ast.Lambda


@dataclass(frozen=True, eq=False)
class Source:
    """A parsed text. `modules` are the names of modules in it, `imported` the names taken from them, `globals` what is
    assigned outside functions, `passed` the names, with a line, that get a value where nothing is read.
    """

    text: str
    functions: Mapping[str, Defined]
    modules: frozenset[str] = MODULES
    imported: Mapping[str, str] = field(default_factory=dict)
    globals: Mapping[str, ast.expr] = field(default_factory=dict)
    passed: Mapping[str, int] = field(default_factory=dict)

    def line(self, number: int) -> str:
        """Return a line of the text, without the space around it.

        >>> read_source("def f(x):\\n    return 2*x").line(2)
        'return 2*x'
        """
        return self.text.split("\n")[number - 1].strip()

    def origin(self, number: int) -> int:
        """Return the line that gave a value to the name that this line returns; the line itself where it returns more than a name.

        >>> read_source("def f(x):\\n    d = 2*x\\n    return d").origin(3)
        2
        """
        for function in self.functions.values():
            body = function.body if isinstance(function, ast.FunctionDef) else []
            for k, statement in enumerate(body):
                if (
                    isinstance(statement, ast.Return)
                    and statement.lineno == number
                    and isinstance(statement.value, ast.Name)
                ):
                    name = statement.value.id
                    before = [s for s in body[:k] if name in assigned_by(s)]
                    plainly = bool(before) and isinstance(before[-1], ast.Assign | ast.AnnAssign | ast.AugAssign)
                    return before[-1].lineno if plainly else number
        return number


class NoValue(ReadError):
    """A function returns nothing where a derivative is asked for: in Python that is None, and wrong."""


def named(node: ast.AST) -> str:
    name = WORDS.get(type(node).__name__, type(node).__name__)
    return name if " " in name else f"'{name}'"


def refuse(text: str, node: Any, message: str, error: type[ReadError] = ReadError) -> NoReturn:
    """Raise the ReadError of a node, with its line of the text."""
    line = getattr(node, "lineno", 1)
    raise error(message, text.split("\n")[line - 1], line, getattr(node, "col_offset", 0) + 1)


def parameters(function: Defined) -> list[ast.arg]:
    return [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]


# ----- parsing -----
def read_source(text: str) -> Source:
    """Return the functions of a text of Python. Raises ReadError for what is refused, with line and column.

    >>> read_source("import os")
    Traceback (most recent call last):
        ...
    graphtutor.errors.ReadError: line 1, column 1: import of 'os' is not read; only math and numpy are known
    """
    body = parsed(text).body
    imports = Imports()
    for statement in body:
        imports.take(text, statement)
    functions: dict[str, Defined] = {s.name: s for s in body if isinstance(s, ast.FunctionDef)}
    values: dict[str, ast.expr] = {}
    passed: dict[str, int] = {}
    for statement in body:
        given = globals_of(statement)
        if given is not None:
            functions |= {name: value for name, value in given.items() if isinstance(value, ast.Lambda)}
            values |= {name: value for name, value in given.items() if not isinstance(value, ast.Lambda)}
        elif passed_over(statement, functions, imports.modules | imports.plotting):
            passed |= dict.fromkeys(assigned_by(statement), statement.lineno)
        elif not harmless(statement):
            refuse(
                text,
                statement,
                f"{named(statement)} outside a function is not read; put the derivative in a function that returns it",
            )
    twice = next((name for name in functions if name in {*values, *imports.names, *passed}), None)
    if twice is not None:
        refuse(text, functions[twice], f"'{twice}' is a function and another thing too; give each its own name")
    return Source(text, functions, frozenset(imports.modules), imports.names, values, passed)


@dataclass(slots=True)
class Imports:
    """What a text imports: the names of modules of mathematics and of those that plot, and the names taken from them."""

    modules: set[str] = field(default_factory=lambda: set(MODULES))
    plotting: set[str] = field(default_factory=set)
    names: dict[str, str] = field(default_factory=dict)

    def take(self, text: str, statement: ast.stmt) -> None:
        """Take up a statement that imports; refuse a module that is not known."""
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                drawn = alias.name.split(".")[0] in PLOTTING
                if not drawn:
                    allowed(text, statement, alias.name)
                (self.plotting if drawn else self.modules).add(alias.asname or alias.name.split(".")[0])
        elif isinstance(statement, ast.ImportFrom):
            allowed(text, statement, statement.module or ".")
            taken = {alias.asname or alias.name: alias.name for alias in statement.names}
            self.names |= taken
            self.modules |= {name for name, own in taken.items() if own in ("functional", "numpy")}


def globals_of(statement: ast.stmt) -> dict[str, ast.expr] | None:
    """Return what a plain assignment gives to which names, None for another statement."""
    if isinstance(statement, ast.Assign):
        names = [t.id for t in statement.targets if isinstance(t, ast.Name)]
        return dict.fromkeys(names, statement.value) if len(names) == len(statement.targets) else None
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Lambda):
        return {"lambda": statement.value}  # a function without a name, handed in as it is
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value is not None:
        return {statement.target.id: statement.value}
    return None


def parsed(text: str) -> ast.Module:
    """Return the parsed text; Python's own complaints as a ReadError."""
    if not isinstance(text, str):
        raise LearnerError(f"cannot read {type(text).__name__} as code; expected text")
    if len(text) > MOST_CHARS:
        raise ReadError(
            f"the code is {len(text)} characters long; at most {MOST_CHARS} are read", text[:80].split("\n")[0]
        )
    nested(text)
    warnings.filterwarnings("ignore", module=FILE)  # of the answer's own style, such as 1if: nobody's terminal
    try:
        return ast.parse(text, FILE)
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
    if module.split(".")[0] not in MODULES | KNOWN:
        refuse(text, node, f"import of '{module}' is not read; only math and numpy are known")


def harmless(statement: ast.stmt) -> bool:
    """Return whether a statement asks for nothing here: a function, an import, `pass`, text that stands alone, the main program."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    known = isinstance(statement, ast.FunctionDef | ast.Import | ast.ImportFrom | ast.Pass)
    return known or only_as_a_program(statement)


def only_as_a_program(statement: ast.stmt) -> bool:
    """Return whether this is `if __name__ == "__main__":`, which is no part of the functions."""
    if not isinstance(statement, ast.If) or statement.orelse or not isinstance(statement.test, ast.Compare):
        return False
    sides = [statement.test.left, *statement.test.comparators]
    names = [s.id for s in sides if isinstance(s, ast.Name)]
    words = [s.value for s in sides if isinstance(s, ast.Constant)]
    return isinstance(statement.test.ops[0], ast.Eq) and (names, words) == (["__name__"], ["__main__"])


# ----- what may be passed over -----
def passed_over(statement: ast.stmt, functions: Collection[str], modules: Collection[str]) -> bool:
    """Return whether a statement outside functions may be passed over.

    >>> loop = ast.parse("for k in range(20):\\n    w = w - 0.1*dw(w)\\n    print(w)").body[0]
    >>> passed_over(loop, ["dw"], []), passed_over(loop, [], [])
    (True, False)
    >>> passed_over(ast.parse("__import__('os').system('ls')").body[0], [], [])
    False
    """
    if not isinstance(statement, PASSED):
        return False
    return all(plain(node, functions, modules) for node in ast.walk(statement))


def plain(node: ast.AST, functions: Collection[str], modules: Collection[str]) -> bool:
    """Return whether a node of such a statement is as harmless as what functions may hold."""
    if isinstance(node, REFUSED):
        return False
    if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
        return False
    if isinstance(node, ast.Name) and node.id.startswith("__") and node.id != "__name__":
        return False
    if not isinstance(node, ast.Call):
        return True
    target = node.func
    if isinstance(target, ast.Name):
        return target.id in functions or target.id in PYTHON
    return isinstance(target, ast.Attribute) and (target.attr in METHODS or holder(target) in modules)


def assigned_by(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement gives values, also to an entry of theirs or by a method."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield holder(node)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("append", "extend")
        ):
            yield holder(node.func)


def holder(node: ast.expr) -> str:
    """Return the name that dots and brackets start from: `w` of `w[0][1]`, `np` of `np.random.random`."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""

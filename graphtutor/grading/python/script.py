"""What stands outside the functions of a student's script and may be passed over: data, a training loop, plots.

It is passed over, not read and not run: only where it calls nothing but the student's own functions, those
of math, numpy and matplotlib, and a few of Python's. The names that it assigns cannot be used in a function.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

PLOTTING = frozenset(["matplotlib", "pylab"])
PYTHON = frozenset(
    [
        "print",
        "range",
        "len",
        "zip",
        "enumerate",
        "sum",
        "max",
        "min",
        "abs",
        "round",
        "list",
        "tuple",
        "float",
        "int",
        "str",
        "sorted",
        "reversed",
    ]
)
METHODS = frozenset(
    [
        "append",
        "copy",
        "extend",
        "format",
        "sum",
        "mean",
        "dot",
        "tolist",
        "reshape",
        "astype",
        "items",
        "values",
        "keys",
    ]
)
PASSED = (ast.For, ast.If, ast.AugAssign, ast.Assign, ast.AnnAssign, ast.Expr)
REFUSED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.Import, ast.ImportFrom, ast.While, ast.Try, ast.With, ast.Global, ast.Nonlocal, ast.Delete,
           ast.Raise, ast.Await, ast.Yield, ast.YieldFrom)  # fmt: skip


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
    return isinstance(target, ast.Attribute) and (target.attr in METHODS or root(target) in modules)


def root(node: ast.expr) -> str:
    """Return the name that a chain of dots starts with: `np` of `np.random.random`."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def assigned(statement: ast.stmt) -> Iterator[str]:
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
    """Return the name of what holds an entry: `w` of `w[0][1]`."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""

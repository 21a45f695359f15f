"""The measure of the house: lines, modules, rooms and the arrows between them, how long and how branched its functions are.

`python tests/measure.py [FOLDER]` prints the table for the package in FOLDER (this checkout if left out);
`tests/test_house.py` holds the same figures to their bounds.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import median, quantiles

TOP = Path(__file__).resolve().parents[1]
Block = ast.FunctionDef | ast.AsyncFunctionDef
BRANCHES = (
    ast.If,
    ast.IfExp,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.ExceptHandler,
    ast.Assert,
    ast.comprehension,
    ast.match_case,
)


def complexity(block: ast.AST) -> int:
    """Return the cyclomatic complexity of a function, nested ones counted on their own.

    1, and 1 for each if, loop, handler, assert, case and comprehension, each `if` in one, each `and` and `or`.

    >>> complexity(ast.parse("def f(x):\\n    return [a for a in x if a or x]").body[0])
    4
    """
    found, stack = 1, list(ast.iter_child_nodes(block))
    while stack:
        node = stack.pop()
        if isinstance(node, Block | ast.ClassDef):
            continue
        found += isinstance(node, BRANCHES)
        found += len(node.ifs) if isinstance(node, ast.comprehension) else 0
        found += len(node.values) - 1 if isinstance(node, ast.BoolOp) else 0
        stack.extend(ast.iter_child_nodes(node))
    return found


@dataclass(frozen=True)
class Module:
    """One file of the package: `name` with dots, and its text."""

    name: str
    path: Path
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def blocks(self) -> list[Block]:
        return [node for node in ast.walk(self.tree) if isinstance(node, Block)]

    @cached_property
    def code(self) -> set[int]:
        """The numbers of the lines that hold code: no blanks, comments or docstrings."""
        skipped = {
            tokenize.COMMENT,
            tokenize.NL,
            tokenize.NEWLINE,
            tokenize.INDENT,
            tokenize.DEDENT,
            tokenize.ENDMARKER,
        }
        held = {
            line
            for token in tokenize.generate_tokens(io.StringIO(self.text).readline)
            if token.type not in skipped
            for line in range(token.start[0], token.end[0] + 1)
        }
        for node in ast.walk(self.tree):
            if isinstance(node, Block | ast.ClassDef | ast.Module) and ast.get_docstring(node) is not None:
                held -= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
        return held

    def size(self, block: Block) -> int:
        """Return how many lines of code a function has, its docstring and nested functions not counted."""
        lines = set(range(block.lineno, (block.end_lineno or 0) + 1)) & self.code
        for inner in ast.walk(block):
            if inner is not block and isinstance(inner, Block):
                lines -= set(range(inner.lineno, (inner.end_lineno or 0) + 1))
        return len(lines)

    def imports(self) -> Iterator[str]:
        """Yield the name of every module of our own that is imported here, at the top or later."""
        here = self.name.split(".") if self.path.name == "__init__.py" else self.name.split(".")[:-1]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.level:
                base = here[: len(here) - node.level + 1]
                yield from (
                    [".".join([*base, node.module])] if node.module else [".".join([*base, a.name]) for a in node.names]
                )


def modules(top: Path = TOP) -> list[Module]:
    root = top / "graphtutor"
    found = []
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found.append(Module(name, path, path.read_text("utf-8")))
    return found


def room(name: str, names: set[str]) -> str:
    """Return the folder a module stands in; a module of the ground floor is a room of its own."""
    return (
        name
        if name in names and any(other.startswith(f"{name}.") for other in names)
        else name.rpartition(".")[0] or name
    )


def arrows(found: list[Module]) -> set[tuple[str, str]]:
    """Return which room imports from which."""
    names = {m.name for m in found}
    known = {name for name in names if name}
    pairs = set()
    for module in found:
        for target in module.imports() if module.name else ():
            while target and target not in known:
                target = target.rpartition(".")[0]
            pair = room(module.name, known), room(target, known)
            if target and pair[0] != pair[1]:
                pairs.add(pair)
    return pairs


def importers(found: list[Module]) -> dict[str, set[str]]:
    """Return for each module those that import from it, or it."""
    names, users = {m.name for m in found}, dict[str, set[str]]()
    for module in found:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom) and node.level:
                here = module.name.split(".")[: None if module.path.name == "__init__.py" else -1]
                base = [*here[: len(here) - node.level + 1], *([node.module] if node.module else [])]
                for target in {".".join([*base, alias.name]) for alias in node.names} | {".".join(base)}:
                    users.setdefault(target, set()).add(module.name)
    return {name: users.get(name, set()) - {name} for name in names}


def splinters(found: list[Module]) -> list[str]:
    """Return the modules of fewer than 80 lines whose one importer stands in their own room: parts of that one."""
    few = {m.name for m in found if m.text.count("\n") < 80 and m.path.name != "__init__.py"}
    return [
        f"{name} ← {one}"
        for name, users in sorted(importers(found).items())
        if name in few and len(users) == 1 and (one := next(iter(users))).rpartition(".")[0] == name.rpartition(".")[0]
    ]


def unused(found: list[Module]) -> list[str]:
    """Return the functions, classes and constants of modules that no code of the package speaks of, those with decorators left out."""
    names, spoken = {m.name for m in found}, set[tuple[str, str]]()
    for module in found:
        here, known = module.name.split(".")[: None if module.path.name == "__init__.py" else -1], dict[str, str]()
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom) and node.level:
                base = ".".join([*here[: len(here) - node.level + 1], *([node.module] if node.module else [])])
                spoken |= {(base, alias.name) for alias in node.names}
                known |= {a.asname or a.name: f"{base}.{a.name}".lstrip(".") for a in node.names}
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                spoken.add((module.name, node.id))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and ":" in node.value:
                spoken.add(tuple(node.value.split(":", 1)))  # PUBLIC and the like: "front.api:Graph"
        for node in ast.walk(module.tree):
            if (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and known.get(node.value.id) in names
            ):
                spoken.add((known[node.value.id], node.attr))
    held = [
        (module.name, name)
        for module in found
        for node in module.tree.body
        for name in (
            [node.name]
            if isinstance(node, Block | ast.ClassDef) and not node.decorator_list
            else [t.id for t in node.targets if isinstance(t, ast.Name)]
            if isinstance(node, ast.Assign)
            else []
        )
    ]
    return [f"{module}.{name}".lstrip(".") for module, name in held if (module, name) not in spoken]


def public(found: list[Module]) -> list[tuple[Module, Block | ast.ClassDef]]:
    """Return what is used beyond its own module: functions and classes whose name another module speaks, and their methods."""
    spoken: dict[str, set[str]] = {}
    for module in found:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    spoken.setdefault(alias.name, set()).add(module.name)
            elif isinstance(node, ast.Attribute):
                spoken.setdefault(node.attr, set()).add(module.name)
    offered = []
    for module in found:
        tops = [n for n in module.tree.body if isinstance(n, Block | ast.ClassDef)]
        inner = [n for c in tops if isinstance(c, ast.ClassDef) for n in c.body if isinstance(n, Block)]
        offered += [
            (module, n)
            for n in (*tops, *inner)
            if not n.name.startswith("_") and spoken.get(n.name, set()) - {module.name}
        ]
    return offered


def documented(node: Block | ast.ClassDef, module: Module) -> bool:
    """Say whether a docstring stands there, or the name tells all: three lines of code below its head at most."""
    return ast.get_docstring(node) is not None or (isinstance(node, Block) and module.size(node) <= 4)


def ninth(values: list[int]) -> float:
    return quantiles(values, n=10)[-1]


def figures(top: Path = TOP) -> dict[str, float | str]:
    """Return every figure of the table by its name."""
    found = modules(top)
    blocks = [(m, b) for m in found for b in m.blocks]
    sizes = [m.size(b) for m, b in blocks]
    branched = [complexity(b) for _, b in blocks]
    offered = public(found)
    said = sum(ast.get_docstring(n) is not None for _, n in offered)
    rooms = {room(m.name, {x.name for x in found if x.name}) for m in found if m.name}
    files = Counter(
        m.name.rpartition(".")[2] for m in found if m.path.name != "__init__.py" and not m.name.startswith("cli.")
    )
    functions = Counter(b.name for m in found for b in m.tree.body if isinstance(b, Block))
    tests = sum(p.read_text("utf-8").count("\n") for p in (top / "tests").rglob("*.py") if "data" not in p.parts)
    lines = sum(m.text.count("\n") for m in found)
    return {
        "lines": lines,
        "lines of code": sum(len(m.code) for m in found),
        "modules": len(found),
        "small modules with one importer beside them": len(splinters(found)),
        "rooms": len(rooms),
        "arrows between rooms": len(arrows(found)),
        "functions": len(blocks),
        "code a function, median": median(sizes),
        "code a function, 90 %": ninth(sizes),
        "complexity, median": median(branched),
        "complexity, 90 %": ninth(branched),
        "complexity above 10": sum(c > 10 for c in branched),
        "complexity above 15": sum(c > 15 for c in branched),
        "public docstrings, %": round(100 * said / len(offered), 1),
        "the same, but for bodies of three lines, %": round(
            100 * sum(documented(n, m) for m, n in offered) / len(offered), 1
        ),
        "lines of test to a line": round(tests / lines, 2),
        "module names used twice": sum(n > 1 for n in files.values()),
        "functions of a module that share a name": sum(n for n in functions.values() if n > 1),
    }


if __name__ == "__main__":
    for name, value in figures(Path(sys.argv[1]).resolve() if sys.argv[1:] else TOP).items():
        print(f"{name:<45}{value:>10,}" if isinstance(value, int) else f"{name:<45}{value:>10}")

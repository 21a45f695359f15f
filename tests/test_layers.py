"""A module imports only from floors below it, relatively, and at its top; only commands import late."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent / "graphtutor"

# ground to roof: the one list of floors. A new module gets its name here, above all that it imports.
FLOORS = """
    errors maths language graphs adjoint views build floats batches compile trace equal checks derivation
    data descent runs predictions training opening losses outliers picture experiments grading tutor batch analysis api cli
""".split()
OUTSIDE = {"__init__", "__main__"}  # the front door: exports from every floor, on demand
LATE = "cli"
OPTIONAL = {
    "graphviz",
    "pygraphviz",
    "resvg_py",
    "PIL",
    "matplotlib",
}  # slow to import: taken where they draw, so that no other command waits for them


def floor_of(module: str) -> int:
    """Return the floor of `maths.ops`; a module without one is an error that says where to put it."""
    top = module.split(".")[0]
    if top not in FLOORS:
        raise AssertionError(
            f"graphtutor/{top} has no floor; add it to FLOORS in {Path(__file__).name}, above all that it imports"
        )
    return FLOORS.index(top)


def imports(tree: ast.Module, module: str, package: bool) -> Iterator[tuple[str, int, bool]]:
    """Yield (module imported, line, inside a function) for each import of our own package; absolute ones as `graphtutor.…`."""
    here = module.split(".") if package else module.split(".")[:-1]
    inner = {
        id(n)
        for f in ast.walk(tree)
        if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for n in ast.walk(f)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = here[: len(here) - node.level + 1]
            for name in (
                [node.module] if node.module else [alias.name for alias in node.names if alias.name != "__version__"]
            ):
                yield ".".join([*base, name]), node.lineno, id(node) in inner
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "graphtutor":
            yield node.module or "", node.lineno, id(node) in inner
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield from (
                    [(alias.name, node.lineno, id(node) in inner)] if alias.name.split(".")[0] == "graphtutor" else []
                )


def late(tree: ast.Module) -> Iterator[int]:
    """Yield the line of every import inside a function, but for the optional packages."""
    for function in ast.walk(tree):
        for node in ast.walk(function) if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) else ():
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = (
                    [a.name for a in node.names]
                    if isinstance(node, ast.Import)
                    else ["." * node.level + (node.module or "")]
                )
                if not {name.split(".")[0] for name in names} <= OPTIONAL:
                    yield node.lineno


def faults(source: str, module: str, package: bool = False) -> list[str]:
    """Return what is wrong with the imports of a module, one line each.

    >>> faults("from .trace import Trace", "graphs")
    ['graphs:1 imports trace, which is not below it']
    """
    tree = ast.parse(source)
    found = []
    floor = floor_of(module)
    for name, line, _ in imports(tree, module, package):
        if name.split(".")[0] == "graphtutor":
            found.append(f"{module}:{line} imports {name} absolutely; write it relative")
        elif floor_of(name) >= floor and name.split(".")[0] != module.split(".")[0]:
            found.append(f"{module}:{line} imports {name}, which is not below it")
    if module.split(".")[0] != LATE:
        found.extend(f"{module}:{line} imports inside a function" for line in sorted(set(late(tree))))
    return found


def modules() -> list[tuple[str, Path]]:
    named = []
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)
        if module not in OUTSIDE and not parts[0].startswith("_"):
            named.append((module, path))
    return named


@pytest.mark.parametrize(("module", "path"), modules(), ids=lambda value: value if isinstance(value, str) else "")
def test_module_imports_only_from_floors_below_it(module: str, path: Path) -> None:
    assert faults(path.read_text("utf-8"), module, path.name == "__init__.py") == []


def test_rooms_of_one_floor_do_not_import_in_a_circle() -> None:
    known = {module for module, _ in modules()}
    below = {}
    for module, path in modules():
        found = [
            (n, inside)
            for n, _, inside in imports(ast.parse(path.read_text("utf-8")), module, path.name == "__init__.py")
        ]
        below[module] = {n for n, inside in found if n in known and n != module and not inside}
    while below:
        free = {module for module, needs in below.items() if not needs & set(below)}
        assert free, f"these modules import each other in a circle: {', '.join(sorted(below))}"
        below = {module: needs for module, needs in below.items() if module not in free}


@pytest.mark.parametrize(
    ("source", "module", "fault"),
    [
        ("from .trace import Trace", "graphs", "graphs:1 imports trace, which is not below it"),
        ("from ..graphs import Graph", "maths.ops", "maths.ops:1 imports graphs, which is not below it"),
        ("from . import api", "picture", "picture:1 imports api, which is not below it"),
        ("import graphtutor.errors", "graphs", "graphs:1 imports graphtutor.errors absolutely; write it relative"),
        ("def f():\n    import numpy", "graphs", "graphs:2 imports inside a function"),
    ],
)
def test_planted_violation_is_caught(source: str, module: str, fault: str) -> None:
    assert faults(source, module) == [fault]


def test_a_picture_may_import_a_compiled_package_where_it_draws() -> None:
    assert faults("def png():\n    import resvg_py\n    from PIL import Image", "picture.raster") == []


def test_commands_may_import_inside_functions_and_downward() -> None:
    assert faults("def f():\n    from ..api import make", "cli.draw") == []


def test_module_without_a_floor_is_told_where_to_get_one() -> None:
    with pytest.raises(AssertionError, match=r"graphtutor/attic has no floor; add it to FLOORS in test_layers\.py"):
        faults("", "attic")


def test_the_map_of_the_package_has_a_line_for_every_room_in_order() -> None:
    docstring = ast.get_docstring(ast.parse((ROOT / "__init__.py").read_text(encoding="utf-8"))) or ""
    rooms = [line.split()[0] for line in docstring.split("import only")[-1].split("\n") if line.startswith("    ")]
    assert [room for room in rooms if room in FLOORS] == FLOORS

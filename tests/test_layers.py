"""A module imports only from floors below it, relatively, and at its top; only commands, and what is drawn as a picture, import late."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent / "graphtutor"

# ground to roof: the one list of rooms. A new room gets its name here, above all that it imports.
FLOORS = """
    errors text door shown ops language expr compiled walk equal derivation training
    picture.files picture.typeset picture.steps picture.board picture.plots picture
    grading.asked grading.told grading.slips grading.lines grading.sheet grading.python grading
    tutor batch front site cli
""".split()
OUTSIDE = {"__init__", "__main__"}  # the front door: exports from every floor, on demand
LATE = "cli"
ABOVE = "picture"  # what a class is shown as: reached from below by shown.Late, so that its methods stand with it
OPTIONAL = {
    "graphviz",
    "pygraphviz",
    "resvg_py",
    "PIL",
    "matplotlib",
    "rich",
    "torch",
    "jax",
    "anywidget",
    "traitlets",
    "pyarrow",
    "distributed",
}  # slow to import: taken where they draw, so that no other command waits for them


def floor_of(module: str) -> int:
    """Return the floor of `ops.table`; a module without one is an error that says where to put it."""
    return FLOORS.index(room_of(module))


def room_of(module: str) -> str:
    """Return the room a module stands in, the innermost that has a floor.

    >>> room_of("grading.sheet.tally"), room_of("grading.grader")
    ('grading.sheet', 'grading')
    """
    parts = module.split(".")
    for k in range(len(parts), 0, -1):
        if ".".join(parts[:k]) in FLOORS:
            return ".".join(parts[:k])
    raise AssertionError(
        f"graphtutor/{module.replace('.', '/')} has no floor; add it to FLOORS in {Path(__file__).name}, above all that it imports"
    )


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


def shown_as(tree: ast.Module, name: str, line: int) -> bool:
    """Return whether an import is of a picture and for the type checker alone: `shown.Late` fetches the module when it is drawn."""
    checked = (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    )
    return name.split(".")[0] == ABOVE and any(
        node.body[0].lineno <= line <= (node.body[-1].end_lineno or 0) for node in checked
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

    >>> faults("from ..walk.trace import Trace", "expr.graph")
    ['expr.graph:1 imports walk.trace, which is not below it']
    """
    tree = ast.parse(source)
    found = []
    floor = floor_of(module)
    for name, line, _ in imports(tree, module, package):
        if name.split(".")[0] == "graphtutor":
            found.append(f"{module}:{line} imports {name} absolutely; write it relative")
        elif floor_of(name) >= floor and room_of(name) != room_of(module) and not shown_as(tree, name, line):
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
        tree = ast.parse(path.read_text("utf-8"))
        found = [
            n
            for n, line, inside in imports(tree, module, path.name == "__init__.py")
            if not inside and (module.split(".")[0] == ABOVE or not shown_as(tree, n, line))
        ]
        below[module] = {n for n in found if n in known and n != module}
    while below:
        free = {module for module, needs in below.items() if not needs & set(below)}
        assert free, f"these modules import each other in a circle: {', '.join(sorted(below))}"
        below = {module: needs for module, needs in below.items() if module not in free}


@pytest.mark.parametrize(
    ("source", "module", "fault"),
    [
        ("from ..walk.trace import Trace", "expr.graph", "expr.graph:1 imports walk.trace, which is not below it"),
        ("from ..expr.graph import Graph", "ops.table", "ops.table:1 imports expr.graph, which is not below it"),
        (
            "from ..told import grades",
            "grading.asked.task",
            "grading.asked.task:1 imports grading.told, which is not below it",
        ),
        (
            "import graphtutor.errors",
            "expr.graph",
            "expr.graph:1 imports graphtutor.errors absolutely; write it relative",
        ),
        ("def f():\n    import numpy", "expr.graph", "expr.graph:2 imports inside a function"),
    ],
)
def test_planted_violation_is_caught(source: str, module: str, fault: str) -> None:
    assert faults(source, module) == [fault]


def test_a_picture_may_import_a_compiled_package_where_it_draws() -> None:
    assert faults("def png():\n    import resvg_py\n    from PIL import Image", "picture.files.raster") == []


def test_what_is_shown_may_name_its_picture_for_the_type_checker_alone() -> None:
    upward = "from ..picture.plots import curves"
    assert faults(f"if TYPE_CHECKING:\n    {upward}", "training.history") == []
    told = ["training.history:1 imports picture.plots, which is not below it"]
    assert faults(upward, "training.history") == told


def test_commands_may_import_inside_functions_and_downward() -> None:
    assert faults("def f():\n    from ..front.api import graph", "cli.draw") == []


def test_module_without_a_floor_is_told_where_to_get_one() -> None:
    with pytest.raises(AssertionError, match=r"graphtutor/attic has no floor; add it to FLOORS in test_layers\.py"):
        faults("", "attic")


def test_the_map_of_the_package_has_a_line_for_every_room_in_order() -> None:
    docstring = ast.get_docstring(ast.parse((ROOT / "__init__.py").read_text(encoding="utf-8"))) or ""
    rooms = [
        line.split()[0]
        for line in docstring.split("import only")[-1].split("\n")
        if line.startswith("    ") and line.strip()
    ]
    assert [room for room in rooms if room in FLOORS] == FLOORS

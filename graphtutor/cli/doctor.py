"""`doctor`: what this machine has, and what to do about what it lacks."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import click

from .shared import Answer, ascii_only, json_option, say, show_json, styled


class Finding(NamedTuple):
    """One thing looked for: whether it is there, what was found, and the next move where it is missing."""

    what: str
    ok: bool
    found: str
    advice: str = ""
    needed: bool = True


def installed(package: str, module: str, advice: str, needed: bool = True) -> Finding:
    """Return whether a Python package is installed, with its version."""
    from importlib.metadata import PackageNotFoundError, version
    from importlib.util import find_spec

    try:
        number = version(package)
    except PackageNotFoundError:
        number = ""
    ok = find_spec(module) is not None
    return Finding(package, ok, number or ("found" if ok else "not installed"), "" if ok else advice, needed)


def python() -> Finding:
    import platform

    ok = sys.version_info >= (3, 11)
    return Finding("Python", ok, platform.python_version(), "" if ok else "graphtutor needs Python 3.11 or later")


def in_process() -> Finding:
    """Return whether Graphviz inside this process lays out a graph."""
    advice = "pip install pygraphviz, or install Graphviz so that dot is on PATH"
    from importlib.metadata import version

    try:
        import pygraphviz
    except ImportError as error:
        return Finding("Graphviz in-process", False, f"not found ({error})", advice, shutil.which("dot") is None)
    graph = pygraphviz.AGraph(string='digraph { node [label=""] a -> b }')
    graph.layout(prog="dot")
    ok = bool(graph.get_node("a").attr["pos"])
    return Finding(
        "Graphviz in-process",
        ok,
        f"pygraphviz {version('pygraphviz')} lays out a graph" if ok else "pygraphviz gave no positions",
        "" if ok else advice,
    )


def dot() -> Finding:
    """Return which `dot` is on PATH; only engine='dot' needs it."""
    program = shutil.which("dot")
    if program is None:
        return Finding(
            "dot on PATH",
            False,
            "not found",
            "only engine='dot' needs it: apt install graphviz, brew install graphviz, or graphviz.org",
            False,
        )
    import subprocess

    try:
        said = subprocess.run([program, "-V"], capture_output=True, text=True, timeout=20, check=False).stderr.strip()
    except (OSError, subprocess.TimeoutExpired) as error:
        return Finding(
            "dot on PATH", False, f"{program} does not run ({error})", "reinstall Graphviz, or leave engine out", False
        )
    return Finding("dot on PATH", True, f"{program}: {said}", needed=False)


def fonts() -> Finding:
    from ..picture.files.fonts import FAMILY, files

    found = files()
    if not found:
        return Finding("fonts", False, "not found", "PNG and PDF would have no text: pip install matplotlib")
    return Finding("fonts", True, f"{FAMILY} in {Path(found[0]).parent}")


def exercises() -> Finding:
    """Return where exercises are found: $GRAPHTUTOR_EXERCISES, ./exercises, else the packaged copy."""
    package = Path(__file__).resolve().parent.parent
    places = [Path(p) for p in [os.environ.get("GRAPHTUTOR_EXERCISES", "")] if p] + [
        Path("exercises"),
        package / "_exercises",
        package.parent / "exercises",
    ]
    place = next((p for p in places if p.is_dir() and any(p.rglob("*.toml"))), None)
    if place is None:
        return Finding(
            "exercises",
            False,
            "none found",
            "reinstall graphtutor, or set GRAPHTUTOR_EXERCISES to a folder of exercises",
            False,
        )
    return Finding("exercises", True, f"{sum(1 for _ in place.rglob('*.toml'))} files in {place}", needed=False)


def writable() -> Finding:
    """Return whether ./outputs, where commands write, can be written."""
    place = Path("outputs")
    nearest = place if place.exists() else Path()
    ok = os.access(nearest, os.W_OK) and (not place.exists() or place.is_dir())
    return Finding(
        "output folder",
        ok,
        str(place.resolve()),
        "" if ok else "it cannot be written: change to another folder, or say where with -o",
    )


def terminal() -> Finding:
    size = shutil.get_terminal_size()
    kind = "ASCII" if ascii_only() else "Unicode"
    return Finding(
        "terminal",
        True,
        f"{size.columns}×{size.lines}, {kind}" + (", NO_COLOR" if os.environ.get("NO_COLOR") else ""),
        needed=False,
    )


CHECKS: tuple[Callable[[], Finding], ...] = (
    python,
    lambda: installed("sympy", "sympy", "pip install 'sympy>=1.14,<1.15'"),
    lambda: installed("numpy", "numpy", "pip install numpy"),
    in_process,
    dot,
    fonts,
    lambda: installed("resvg-py", "resvg_py", "PNG and PDF need it: pip install resvg-py"),
    lambda: installed("pillow", "PIL", "GIF and PDF need it: pip install pillow"),
    lambda: installed("matplotlib", "matplotlib", "plots and the fonts of PNG need it: pip install matplotlib"),
    lambda: installed(
        "dask", "dask", "only grading on a cluster needs it: pip install 'dask[distributed]'", needed=False
    ),
    exercises,
    writable,
    terminal,
)


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Say what this machine has and what it lacks.

    Which Graphviz, fonts and optional parts were found, and what to do about what is missing. Exit code 1 if something is missing that graphtutor cannot do without.
    """
    found = [look() for look in CHECKS]
    ok = all(f.ok or not f.needed for f in found)
    if as_json:
        show_json({"ok": ok, "findings": [f._asdict() for f in found]})
    else:
        wide = max(len(f.what) for f in found)
        for f in found:
            mark = styled(
                "✓ " if f.ok else "✗ " if f.needed else "– ", fg="green" if f.ok else "red" if f.needed else "yellow"
            )
            click.echo(f"{mark}{f.what.ljust(wide)}  {styled(f.found)}")
            if f.advice:
                say(f"  {' ' * wide}  → {f.advice}")
        say("all that graphtutor needs is here" if ok else "something is missing; see the lines marked ✗")
    if not ok:
        raise Answer(1)

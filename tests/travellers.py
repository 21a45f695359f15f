"""Two travellers through the house: the text "w*x + b" to an SVG, and a student's three lines to a report.

`python tests/travellers.py [-v]` prints for each the calls of our own functions, the modules and rooms they stand in and how often
the way goes from one room to another; with -v the road as well: each module in the order of the first visit. Imports are done before.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

HERE = Path(__file__).resolve()
ROOT = HERE.parents[1] / "graphtutor"


class Road(NamedTuple):
    """What one traveller met: every call's module, in order."""

    visits: list[str]

    @property
    def modules(self) -> list[str]:
        return list(dict.fromkeys(self.visits))

    @property
    def rooms(self) -> list[str]:
        """The rooms in the order of the way, a room once for each stay in it."""
        way = [name.rpartition("/")[0] or name for name in self.visits]
        return [room for k, room in enumerate(way) if k == 0 or way[k - 1] != room]


def walked(go: Callable[[], Any]) -> Road:
    """Return the road of a call."""
    visits: list[str] = []

    def look(frame: FrameType, event: str, _: Any) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and frame.f_code.co_name != "<module>" and path.is_relative_to(ROOT):
            visits.append(path.relative_to(ROOT).with_suffix("").as_posix())

    sys.setprofile(look)
    try:
        go()
    finally:
        sys.setprofile(None)
    return Road(visits)


def drawn() -> Any:
    import graphtutor as gt

    return gt.graph("w*x + b").trace(at={"w": 2, "x": 3, "b": 1}).svg()


def graded() -> Any:
    import graphtutor as gt

    return gt.grade("(w*x - y)**2", "d/dw (w*x - y)^2\n= 2(w*x - y) * d/dw (w*x - y)\n= 2(w*x - y)", wrt="w").to_text()


TRAVELLERS = {"text to SVG": drawn, "three lines to a report": graded}


def main() -> None:
    sys.path.insert(0, str(ROOT.parent))
    print(f"{'':<26}{'calls':>8}{'modules':>9}{'rooms':>7}{'changes of room':>17}")
    for name, go in TRAVELLERS.items():
        go()  # what is imported and kept from the first time is no part of the road
        road = walked(go)
        print(
            f"{name:<26}{len(road.visits):>8}{len(road.modules):>9}{len(set(road.rooms)):>7}{len(road.rooms) - 1:>17}"
        )
        if "-v" in sys.argv:
            print("  " + " → ".join(road.modules))


if __name__ == "__main__":
    main()

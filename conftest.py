"""What every test may rely on: benchmarks run with --bench, tests that need a program are skipped without it."""

from __future__ import annotations

import os
import shutil

import pytest

PROGRAMS = {"dot": ("dot",), "browser": ("chromium", "chromium-browser", "google-chrome")}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--bench", action="store_true", help="run the benchmarks too, and only them")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = config.getoption("--bench")
    chosen = [item for item in items if ("bench" in item.keywords and item.get_closest_marker("bench") is not None) == wanted]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
    items[:] = chosen


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, names in PROGRAMS.items():
        if item.get_closest_marker(marker) and not any(map(shutil.which, names)):
            missing = f"{names[0]} is not on PATH"
            if os.environ.get("GRAPHTUTOR_SKIP_NOTHING"):
                pytest.fail(f"{missing}, and GRAPHTUTOR_SKIP_NOTHING is set", pytrace=False)
            pytest.skip(missing)

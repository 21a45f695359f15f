"""Tests that need a program are skipped without it, or fail where nothing may be skipped."""

from __future__ import annotations

import os
import shutil

import pytest

PROGRAMS = {"dot": ("dot",), "browser": ("chromium", "chromium-browser", "google-chrome")}


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, names in PROGRAMS.items():
        if item.get_closest_marker(marker) and not any(map(shutil.which, names)):
            missing = f"{names[0]} is not on PATH"
            if os.environ.get("GRAPHTUTOR_SKIP_NOTHING"):
                pytest.fail(f"{missing}, and GRAPHTUTOR_SKIP_NOTHING is set", pytrace=False)
            pytest.skip(missing)
    if item.get_closest_marker("pyodide") and not os.environ.get("GRAPHTUTOR_PYODIDE"):
        told = "GRAPHTUTOR_PYODIDE names no folder with Pyodide, which .ci/pyodide makes"
        if os.environ.get("GRAPHTUTOR_SKIP_NOTHING") and os.environ.get("GRAPHTUTOR_NO_PYODIDE") != "1":
            pytest.fail(f"{told}, and GRAPHTUTOR_NO_PYODIDE=1 does not allow it", pytrace=False)
        pytest.skip(told)

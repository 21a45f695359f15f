"""A module from a room above, imported when something of it is first asked for: the class that a picture is of can so draw itself.

Only pictures are reached this way, and what the tutor computes with; `tests/test_layers.py` names them.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Late:
    """The module of an absolute name, imported when first asked for something.

    >>> Late("graphtutor.errors").ReadError.__name__
    'ReadError'
    """

    def __init__(self, name: str):
        self.name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self.name), attribute)

"""Claim and Part: what a handed-in line says."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..errors import ReadError


@dataclass(frozen=True, slots=True)
class Part:
    """One expression of a claim: its tree, the other readings that a person could mean, and where it stands.

    `relation` is the sign before it: "" (none), "=" or "≈".
    """

    tree: sp.Basic
    source: str
    line: int
    column: int
    relation: str = ""
    alternatives: tuple[sp.Basic, ...] = ()
    assumed: tuple[str, ...] = ()
    shape: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """A piece of a handed-in line.

    kind      "claim" (one or more expressions said to be equal), "definition" (`name` stands for the last
              part from here on), "text" (prose, kept as it is), "unread" (mathematics that cannot be read:
              `error` says why)
    of, wrt   the derivative named on the left: dL/dw0 → ("L", "w0"), dw0 = … → (None, "w0"); None if none is named
    left      the tree of that derivative, if it is known what it stands for
    parts     the expressions joined by = in order, without the named left side
    continues  the line starts with =: it goes on from the claim before
    """

    kind: str
    source: str
    line: int
    column: int
    parts: tuple[Part, ...] = ()
    of: str | None = None
    wrt: str | None = None
    left: sp.Basic | None = None
    name: str | None = None
    continues: bool = False
    error: ReadError | None = None

    @property
    def tree(self) -> sp.Basic | None:
        """The last expression: what the line comes to."""
        return self.parts[-1].tree if self.parts else None

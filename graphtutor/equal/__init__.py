"""Are two expressions the same? A Verdict with what shows it.

    verdict      Verdict and Evidence
    domain       the numbers a name may stand for, and assume: how a person says so
    scalars      both expressions as one straight line of scalar cells
    reals        operations on mpmath's numbers: undefined, or too large to work out
    evaluate     a line at a point to many digits, noise told from value
    ranges       between which numbers a cell stays, so that what is never zero is no break
    breaks       kinks and edges of domains: on which points they lie
    lanes        a line at many points at once, in floats that tell what they do not know
    arrangement  the cells into which breaks cut the space, and a point in each
    outcomes     both expressions at one point
    schedule     which points are tried
    sampling     do the two agree there, in every cell, on kinks, and where they are defined
    quotients    polynomials over atoms, and formal: a normal form of them that proves equality where it can; SymPy in a child process that is stopped in time
    given        what a person may compare
    comparing    same: the question itself, and what was found in words
    tape         SymPy trees as a straight line on mpmath's numbers, bounded
    differences  gradients in numbers: central differences, one-sided slopes at a kink, jumps
    checking     check: gradients and local rules against SymPy's derivative, or in numbers, and what came of it

Sampling is not proof, and a proof counts only after sampling found neither a different value nor a lost interval.
"""

from __future__ import annotations

from .comparing import same
from .verdict import Evidence, Verdict, place, texts, weakest

__all__ = ["Evidence", "Verdict", "place", "same", "texts", "weakest"]

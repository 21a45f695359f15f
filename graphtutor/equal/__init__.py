"""Are two expressions the same? A Verdict with what shows it.

    verdict   Verdict and Evidence
    assume    where names may be sampled
    scalars   both expressions as one straight line of scalar cells
    evaluate  those cells over the reals to many digits, noise told from value
    breaks    kinks and edges of domains: on which points they lie
    sampling  do the two agree at points, on kinks, and where they are defined
    formal    a normal form that proves equality where it can
    prover    SymPy in a child process that is stopped in time, for those who ask

Sampling is not proof, and a proof counts only after sampling found neither a different value nor a lost interval.
"""

from __future__ import annotations

from .same import same
from .verdict import Evidence, Verdict, place, texts, weakest

__all__ = ["Evidence", "Verdict", "place", "same", "texts", "weakest"]

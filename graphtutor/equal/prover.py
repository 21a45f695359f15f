from __future__ import annotations


def prove_in_child(cells, pairs, domains, seconds): return ""

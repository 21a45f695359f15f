"""A formula that is too wide, in lines: each begins with an operator outside as many brackets as possible."""

from __future__ import annotations

from itertools import accumulate

from .rows import Row, rooms

SHORT = 0.4  # no line is left shorter than this part of the room


def broken(tokens: Row, room: float) -> list[Row]:
    """Return the tokens in lines of at most `room` points; a line begins with an operator outside as many brackets as possible, a sum's rather than a product's."""
    chunks, costs = pieces(tokens)
    lines: list[Row] = []
    k = 0
    while k < len(chunks):
        wide = list(accumulate(map(length, chunks[k:])))
        fit = max(1, sum(w <= room for w in wide))
        if k + fit < len(chunks):
            late = [j for j in range(1, fit + 1) if wide[j - 1] > SHORT * room] or [fit]
            fit = min(late, key=lambda j: (costs[k + j], -j))
        lines.append([t for chunk in chunks[k : k + fit] for t in chunk])
        k += fit
    return marks_closed(lines)


def length(tokens: Row) -> float:
    return sum(token.block.width + sum(rooms(token)) for token in tokens)


def pieces(tokens: Row) -> tuple[list[Row], list[float]]:
    """Return the pieces that begin with an operator, and what a break before each costs: the brackets around it, and half more at a product."""
    chunks: list[Row] = [[]]
    costs, depth = [0.0], 0
    for token in tokens:
        if token.kind in ("bin", "rel") and chunks[-1]:
            chunks.append([])
            costs.append(depth + (0.5 if token.text == "·" else 0.0))
        depth += {"open": 1, "close": -1}.get(token.kind, 0)
        chunks[-1].append(token)
    return chunks, costs


def marks_closed(lines: list[Row]) -> list[Row]:
    """Return lines in which a mark that goes on is closed at the end and begun again on the next."""
    found = []
    going: Row = []
    for line in lines:
        whole_line = [*going, *line]
        going = []
        for token in whole_line:
            if token.kind == "begin":
                going.append(token)
            elif token.kind == "end":
                going.pop()
        found.append([*whole_line, *(t._replace(kind="end") for t in reversed(going))])
    return found

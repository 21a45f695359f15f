"""Families of gated functions, wrong answers to them and right ones, with an oracle of plain NumPy that knows nothing of graphtutor.

`pairs(seed)` yields (a, b, wrong): `wrong` is True where b is a with one gate moved, dropped, doubled or put inside
another and NumPy finds a point at which the two differ, and False where b is a rewritten by identities.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

import graphtutor as gt

EVERYDAY = "0 1 2 3 4 5 6 7 8 10 12 15 20 24 25 30 40 50 60 64 75 80 90 99 100 1/2 3/2 5/2".split()
NAMES = "x y z w t u a b".split()
KNOWN: dict[str, Any] = {
    "max": np.maximum, "min": np.minimum, "abs": np.abs, "where": np.where, "relu": lambda v: np.maximum(v, 0), "sigmoid": lambda v: 1/(1 + np.exp(-v)),
    "tanh": np.tanh, "__builtins__": {},
}  # fmt: skip


class Gate(NamedTuple):
    """A gate that opens where `inner` is positive; `kind` says how it is written."""

    kind: str
    inner: str
    constant: str

    @property
    def reach(self) -> str:
        return f"{self.inner} - {self.constant}"

    def text(self) -> str:
        r = self.reach
        return {
            "relu": f"relu({r})", "max": f"max(0, {r})", "less": f"max(0, {self.constant} - {self.inner})", "step": f"where({self.inner} > {self.constant}, {self.inner}, 0)",
            "abs": f"abs({r})", "min": f"min({self.inner}, {self.constant})", "one": f"where({self.inner} > {self.constant}, 1, 0)", "square": f"max(0, {r})**2",
        }[self.kind]  # fmt: skip

    def again(self, pick: random.Random) -> str:
        """The same gate in other words."""
        r, c, v = self.reach, self.constant, self.inner
        ways = {
            "relu": [f"max({r}, 0)", f"({r} + abs({r}))/2", f"(({r}) + relu({c} - {v}))", f"where({v} > {c}, {r}, 0)", f"({r})*where({r} > 0, 1, 0)"],
            "less": [f"relu({c} - {v})", f"({c} - {v})*where({v} < {c}, 1, 0)", f"(max(0, {r}) - ({r}))"],
            "step": [f"{v}*where({v} > {c}, 1, 0)", f"where({v} <= {c}, 0, {v})"],
            "abs": [f"max({r}, {c} - {v})", f"(2*relu({r}) - ({r}))", f"where({r} > 0, {r}, {c} - {v})"],
            "min": [f"({c} - max(0, {c} - {v}))", f"where({v} < {c}, {v}, {c})", f"({v} + {c} - max({v}, {c}))"],
            "one": [f"where({v} <= {c}, 0, 1)", f"where({r} > 0, 1, 0)"],
            "square": [f"relu({r})**2", f"({r})*max(0, {r})", f"({r})**2*where({v} > {c}, 1, 0)"],
        }  # fmt: skip
        return pick.choice(ways["relu" if self.kind == "max" else self.kind])

    def wrong(self, pick: random.Random, other: Gate) -> str:
        """This gate moved, dropped, doubled, or with another one wrongly inside."""
        way = pick.choice(["moved", "moved", "open", "shut", "doubled", "inside"])
        if way == "moved":
            return self._replace(constant=f"({self.constant} + {pick.choice('1 1/2 3 -1 -2'.split())})").text()
        if way == "inside":
            return f"where({other.inner} > {other.constant}, {self.text()}, 0)"
        return {"open": f"({self.reach})", "shut": "0", "doubled": f"2*{self.text()}"}[way]


def gate(pick: random.Random, name: str) -> Gate:
    other = pick.choice([n for n in NAMES[:5] if n != name])
    inner = pick.choice([name] * 4 + [f"2*{name}", f"{name}/3", f"({name} + {other})", f"{name}*{other}", f"({name} - {other})", f"{name}**2"])  # fmt: skip
    return Gate(pick.choice("relu max less step abs min one square".split()), inner, pick.choice(EVERYDAY))


def shape(pick: random.Random, count: int) -> Callable[[list[str]], str]:
    """Return how a function is put together of `count` gates: products, sums, choices, gates inside gates."""
    name, c = pick.choice(NAMES[:4]), pick.choice(EVERYDAY)
    way = pick.choice(["product", "product", "sum", "nested", "where", "max", "hinge"])

    def joined(g: list[str]) -> str:
        half = max(1, len(g) // 2)
        left, right = "*".join(g[:half]), "*".join(g[half:]) or "1"
        return {
            "product": "*".join(g), "sum": f"{left} + {right}", "nested": f"max(0, {c} - {name}*({left}))*{right}", "where": f"where({name} > {c}, {left}, {right})",
            "max": f"max({left}, {right})", "hinge": f"max(0, 1 - {name}*({left} - {c})) + {right}",
        }[way]  # fmt: skip

    return joined


def values(text: str, points: dict[str, Any]) -> Any:
    return eval(text, KNOWN, points)  # our own text


def scattered(seed: int, count: int = 20_000) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    out = {}
    for name in NAMES:
        wide = rng.choice([2.0, 12.0, 60.0, 220.0], count)
        out[name] = np.where(rng.random(count) < 0.5, rng.uniform(-1, 1, count) * wide, rng.integers(-110, 111, count) + rng.uniform(-1, 1, count))  # fmt: skip
    return out


def told_apart(a: str, b: str, seed: int) -> bool:
    points = scattered(seed)
    with np.errstate(all="ignore"):
        x, y = (np.broadcast_to(values(t, points), (20_000,)) for t in (a, b))
    return bool(np.any(np.abs(x - y) > 1e-7 * (1 + np.abs(x) + np.abs(y))))


def pair(number: int) -> tuple[str, str, bool | None]:
    """Return a function, an answer, and whether it is wrong; None where a wrong-looking answer may be right after all."""
    pick = random.Random(number)
    count = pick.randint(2, 6)
    gates = [gate(pick, pick.choice(NAMES[: max(2, count)])) for _ in range(count)]
    put = shape(pick, count)
    texts = [g.text() for g in gates]
    a = put(texts)
    if number % 2:
        k = pick.randrange(count)
        b = put([*texts[:k], gates[k].wrong(pick, gates[k - 1]), *texts[k + 1 :]])
        return a, b, True if told_apart(a, b, number) else None
    b = put([f"({g.again(pick)})" if pick.random() < 0.7 else g.text() for g in gates])
    return a, b, False


def pairs(start: int, stop: int) -> Iterator[tuple[str, str, bool]]:
    for number in range(start, stop):
        a, b, wrong = pair(number)
        if wrong is not None:
            yield a, b, wrong


def test_wrong_answers_of_gated_families_are_refused_and_right_ones_accepted() -> None:
    """A few of the families; tests/bench/bench_gates.py tries twenty thousand."""
    judged = [(a, b, wrong, gt.same(a, b)) for a, b, wrong in pairs(10_000, 10_150)]
    assert [(a, b) for a, b, wrong, v in judged if wrong and v.kind != "differs"] == []
    assert [(a, b) for a, b, wrong, v in judged if not wrong and v.kind not in ("proved", "agrees")] == []
    assert sum(wrong for *_, wrong, _ in judged) > 50

"""Predict, then see: walk the backward pass of an exercise and guess every number before it is shown."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ..errors import LearnerError, ReadError
from ..expr.graph import Graph
from ..walk.trace import Step, Trace, trace
from .desk import Screen, wrapped
from .kinds import Exercise
from .maths import all_agree, flat, shown, stretch, typed

QUIT = frozenset({"q", "quit", "exit"})
DIGITS = 2
TRIES = 200
LARGEST = 1000


class Guess(NamedTuple):
    """One number to guess: what is asked, the right numbers, and the sentence that shows where they come from."""

    prompt: str
    right: list[Any]
    sentence: str


def walked(exercise: Exercise, at: Mapping[str, Any] | None = None) -> Trace:
    """Return the trace of an exercise at `at`, at its own point, or at small whole numbers where it has none."""
    graph = graph_to_walk(exercise)
    return trace(graph, place(exercise, graph, at), exercise.tie or "zero")


def graph_to_walk(exercise: Exercise) -> Graph:
    """Return the graph of an exercise, or a LearnerError if it has none."""
    if not exercise.program:
        raise LearnerError(f"{exercise.id} has no graph to walk; take another exercise, or give step an expression")
    return exercise.graph()


def place(exercise: Exercise, graph: Graph, at: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a number for each input of an exercise's graph: of `at`, of the exercise, else small and whole."""
    names = [n.name for n in graph.inputs]
    own: dict[str, Any] = (
        next(iter(getattr(exercise, "points", {}).values()), {})
        if not set(names) <= set(getattr(exercise, "at", {}))
        else {}
    )
    known = getattr(exercise, "at", {}) | own | dict(at or {})
    unknown = set(at or {}) - set(names)
    if unknown:
        raise LearnerError(f"'{min(unknown)}' is no input of {exercise.id}; it has {', '.join(names)}")
    rng = random.Random(exercise.id)
    for _ in range(TRIES):
        point = {
            n.name: known[n.name] if n.name in known else friendly(exercise, n.name, n.shape, rng) for n in graph.inputs
        }
        try:
            found = trace(graph, point, exercise.tie or "zero")
        except LearnerError:
            if set(names) <= set(known):
                raise
            continue
        if set(names) <= set(known) or all(
            abs(float(v)) < LARGEST for name in found.values for v in flat(found.values[name])
        ):
            return point
    raise LearnerError(f"no point of small numbers suits {exercise.id}; give one: graphtutor step {exercise.id} --at …")


def friendly(exercise: Exercise, name: str, shape: tuple[int, ...], rng: random.Random) -> Any:
    """Return a small number of a name's domain, whole if the domain has such; a list for a vector or matrix."""
    if shape:
        return [friendly(exercise, name, shape[1:], rng) for _ in range(shape[0])]
    domain = exercise.assume.get(name, "real")
    low, high = stretch(domain)
    whole = [k for k in range(-3, 4) if low <= k <= high and k != 0]
    return rng.choice(whole) if whole else round(rng.uniform(low, high), 1)


def guesses(found: Trace) -> Iterable[Guess]:
    """Yield what is to be guessed, step by step: each contribution, and each sum when its last part has come."""
    for step in found.steps:
        if step.phase == "forward":
            yield Guess(f"value of {step.node.name} = {step.node.text}", numbers_of(step.value), step.sentence)
        elif step.phase == "backward" and step.edge is not None:
            yield Guess(asked(found, step), numbers_of(step.contribution), step.sentence)


def asked(found: Trace, step: Step) -> str:
    assert step.edge is not None
    source, target = found.graph.name(step.edge.source), found.graph.name(step.edge.target)
    top = found.graph.name(found.graph.out)
    return f"{source} = {found.graph.text(step.edge.source)} sends to {target}, where d{top}/d{source} = {shown(numbers_of(step.upstream), DIGITS)}"


def numbers_of(quantity: Any) -> list[Any]:
    return flat(quantity.exact if quantity.exact is not None else quantity.value)


def play(found: Trace, screen: Screen) -> tuple[int, int]:
    """Ask for every number of a walk; return how many were guessed right, and how many were asked.

    Enter shows the number without a guess; q leaves.
    """
    right = count = 0
    point = ", ".join(f"{n.name} = {shown(flat(found.number(n.id)), DIGITS)}" for n in found.graph.inputs)
    screen.say(wrapped(f"At {point}. Guess each number before it is shown; Enter shows it, q leaves.", screen.width))
    phase = ""
    for guess, step in zip(guesses(found), [s for s in found.steps if s.phase != "seed"], strict=True):
        if step.phase != phase:
            phase = step.phase
            screen.say()
            screen.say("Forward: the values." if phase == "forward" else seeded(found), "heading")
        given = screen.ask(f"{guess.prompt}: ").strip()
        if given.lower() in QUIT:
            break
        count += 1
        verdict = judged(given, guess)
        right += verdict == "Right."
        screen.say(wrapped(f"{verdict} {guess.sentence}".strip(), screen.width), "good" if verdict == "Right." else "")
    screen.say()
    screen.say(f"{right} of {count} guessed right.", "heading")
    return right, count


def seeded(found: Trace) -> str:
    top = found.graph.name(found.graph.out)
    return f"Backward: each operation sends local times upstream. The seed: d{top}/d{top} = 1."


def judged(given: str, guess: Guess) -> str:
    """Return what to say to a guess, before the sentence that shows the number."""
    if not given:
        return ""
    try:
        return (
            "Right." if all_agree(typed(given), guess.right, 1) is not False else f"It is {shown(guess.right, DIGITS)}."
        )
    except ReadError as error:
        return f"I cannot read that ({error.message}). It is {shown(guess.right, DIGITS)}."

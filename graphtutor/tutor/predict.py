"""Predict, then see: walk the backward pass of an exercise and guess every number before it is shown."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ..errors import LearnerError, ReadError
from ..expr.graph import Graph
from ..language import write
from ..text import several, transliterate
from ..walk.trace import Trace, trace
from .desk import Screen, wrapped
from .kinds import Exercise
from .lesson import ordered
from .maths import all_agree, flat, shown, stretch, typed

DIGITS = 2
TRIES = 200
LARGEST = 1000


class Guess(NamedTuple):
    """One number to guess: what is asked, the right numbers, the sentence that shows where they come from, and how to get there."""

    prompt: str
    right: list[Any]
    sentence: str
    hint: str


def walked(exercise: Exercise, at: Mapping[str, Any] | None = None) -> Trace:
    """Return the trace of an exercise at `at`, at its own point, or at small whole numbers where it has none."""
    graph = graph_to_walk(exercise)
    return trace(graph, place(exercise, graph, at), exercise.tie or "zero")


def graph_to_walk(exercise: Exercise) -> Graph:
    """Return the graph of an exercise, or a LearnerError if it has none."""
    if not exercise.program:
        raise LearnerError(f"{exercise.id} has no graph to walk; take another exercise, or give step an expression")
    return exercise.graph()


# branches: numbers given, of the file and made up, tried until they suit
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


def guesses(found: Trace, notation: str = "plain") -> Iterable[Guess]:
    """Yield what is to be guessed, step by step: each contribution, and each sum when its last part has come."""
    graph = found.graph

    def name(i: int) -> str:
        return write.name(graph.name(i), notation)

    top = name(graph.out)
    for step in found.steps:
        if step.phase == "forward":
            parts = [name(i) for i in graph.nodes[step.node.id].args if graph.nodes[i].role != "constant"]
            hint = f"Put the numbers of {several(dict.fromkeys(parts))} into {graph.text(step.node.id, notation)}."
            prompt = f"value of {name(step.node.id)} = {graph.text(step.node.id, notation)}"
            yield Guess(prompt, numbers_of(step.value), step.sentence, hint)
        elif step.phase == "backward" and step.edge is not None:
            source, target = name(step.edge.source), name(step.edge.target)
            arrived = f"d{top}/d{source} = {shown(numbers_of(step.upstream), DIGITS)}"
            prompt = f"{source} = {graph.text(step.edge.source, notation)} sends to {target}, where {arrived}"
            hint = f"Local times upstream: how {source} changes with {target}, times {shown(numbers_of(step.upstream), DIGITS)}."
            yield Guess(prompt, numbers_of(step.contribution), step.sentence, hint)


def numbers_of(quantity: Any) -> list[Any]:
    return flat(quantity.exact if quantity.exact is not None else quantity.value)


def play(found: Trace, screen: Screen) -> tuple[int, int]:
    """Ask for every number of a walk; return how many were guessed right, and how many were asked.

    Enter or skip shows the number, hint says how to get there; a second wrong guess shows it too. q leaves.
    """
    right = count = 0
    point = ", ".join(
        f"{write.name(n.name, screen.notation)} = {shown(flat(found.number(n.id)), DIGITS)}" for n in found.graph.inputs
    )
    said = f"At {point}. Guess each number before it is shown; hint helps, Enter shows it, q leaves."
    screen.say(wrapped(said, screen.width))
    phase = ""
    for guess, step in zip(guesses(found, screen.notation), [s for s in found.steps if s.phase != "seed"], strict=True):
        if step.phase != phase:
            phase = step.phase
            screen.say()
            screen.say("Forward: the values." if phase == "forward" else seeded(found, screen.notation), "heading")
        verdict = guessed(guess, screen)
        if verdict is None:
            break
        count += 1
        right += verdict == "Right."
        sentence = guess.sentence if screen.notation == "unicode" else transliterate(guess.sentence)
        screen.say(wrapped(f"{verdict} {sentence}".strip(), screen.width), "good" if verdict == "Right." else "")
    screen.say()
    screen.say(f"{right} of {count} guessed right.", "heading")
    return right, count


def guessed(guess: Guess, screen: Screen) -> str | None:
    """Return what to say before the number is shown; None to leave. What cannot be read is no guess, and a wrong one may be mended once."""
    wrong = 0
    while True:
        given = screen.ask(f"{guess.prompt}: ").strip()
        order = ordered(given)
        if order is not None and order.word == "quit":
            return None
        if not given or (order is not None and order.word in ("skip", "solution", "next")):
            return ""
        if order is not None:
            screen.say(wrapped(guess.hint, screen.width))
            continue
        verdict = judged(given, guess)
        if verdict == "Right." or (wrong and verdict.startswith("It is")):
            return verdict
        if verdict.startswith("It is"):
            wrong, verdict = 1, "Not yet; try again, or hint, or Enter to see it."
        screen.say(wrapped(verdict, screen.width))


def seeded(found: Trace, notation: str = "plain") -> str:
    top = write.name(found.graph.name(found.graph.out), notation)
    return f"Backward: each operation sends local times upstream. The seed: d{top}/d{top} = 1."


def judged(given: str, guess: Guess) -> str:
    """Return what to say to a guess: right, the number, or why it is no number."""
    try:
        right = all_agree(typed(given), guess.right, 1) is True  # 3 is not 2.5: one decimal at least
    except ReadError as error:
        return f"I cannot read that ({error.message}). It is no guess; try again, or hint, or Enter to see it."
    return "Right." if right else f"It is {shown(guess.right, DIGITS)}."

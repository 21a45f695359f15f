"""Type: fractions stand on the axis, brackets reach around what they hold, marks around theirs, and nothing overlaps."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import pytest

from graphtutor.derivation import derive
from graphtutor.language.read import read
from graphtutor.language.write import write
from graphtutor.ops.table import TABLE
from graphtutor.picture.typeset.formula import CAPITAL, typeset
from graphtutor.picture.typeset.setting import AXIS, SIZE, Block, Ink

DATA = Path(__file__).parents[1] / "data"


def set_(text: str) -> Block:
    [block] = typeset(write(read(text), "mathml"))
    return block


def words(block: Block) -> list[str]:
    return [ink.words for ink in block.ink if ink.what == "text"]


def only(block: Block, what: str) -> list[Ink]:
    return [ink for ink in block.ink if ink.what == what]


def test_a_fraction_stands_on_the_axis_with_a_bar_as_wide_as_its_widest_part() -> None:
    block = set_("a/(b + c)")
    above, *below = only(block, "text")
    [bar] = only(block, "bar")
    assert (above.words, [ink.words for ink in below]) == ("a", ["b", "+", "c"])
    assert bar.y + bar.height / 2 == pytest.approx(-AXIS * SIZE)
    assert above.y < bar.y < min(ink.y - CAPITAL * ink.size for ink in below)
    assert bar.x <= below[0].x and below[-1].x + below[-1].width <= bar.x + bar.width


def test_names_are_slanted_and_numbers_and_functions_are_not() -> None:
    slant = {ink.words: ink.italic for ink in only(set_("2*x*sin(w0) + pi"), "text")}
    assert slant == {
        "2": False,
        "·": False,
        "x": True,
        "sin": False,
        "(": False,
        "w": True,
        "0": False,
        ")": False,
        "+": False,
        "π": True,
    }


def test_an_exponent_is_raised_and_smaller_and_an_index_lowered() -> None:
    base, exponent = only(set_("x**2"), "text")
    assert exponent.y < 0 and exponent.size < base.size and exponent.x >= base.x + base.width
    name, index = only(set_("w0"), "text")
    assert index.y > 0 and index.size < name.size


def test_brackets_are_as_tall_as_what_they_hold() -> None:
    assert only(set_("(a + b)*c"), "path") == []  # the font's own brackets do
    block = set_("(a/b)**2")
    left, right = only(block, "path")
    [bar] = only(block, "bar")
    for side in (left, right):
        heights = [y for _, y in side.points]
        assert min(heights) <= -only(block, "text")[0].size and max(heights) >= -bar.y
    assert max(x for x, _ in left.points) <= bar.x and bar.x + bar.width <= min(x for x, _ in right.points)


def test_a_minus_sign_stands_close_to_what_it_belongs_to() -> None:
    sign, letter = only(set_("-a"), "text")
    first, between, second = only(set_("b - a"), "text")
    assert letter.x - (sign.x + sign.width) < second.x - (between.x + between.width)
    assert between.x - (first.x + first.width) == pytest.approx(second.x - (between.x + between.width))


def test_cases_stand_below_one_another_behind_a_brace() -> None:
    block = set_("where(x > 0, x, -x/2)")
    assert words(block)[-1] == "otherwise"
    [brace] = only(block, "path")
    rows = {ink.words: ink for ink in only(block, "text")}
    assert rows["if"].y < rows["otherwise"].y and rows["if"].x == rows["otherwise"].x
    assert (
        min(y for _, y in brace.points)
        < rows["if"].y - 0.5 * SIZE
        < rows["otherwise"].y
        < max(y for _, y in brace.points)
    )


def test_a_mark_stands_around_its_group_alone() -> None:
    [block] = typeset(
        '<math><mi>a</mi><mo>+</mo><mrow class="new"><mi>b</mi><mo>+</mo><mi>c</mi></mrow><mo>+</mo><mi>d</mi></math>'
    )
    [mark] = only(block, "mark")
    held = [ink.words for ink in only(block, "text") if mark.x <= ink.x and ink.x + ink.width <= mark.x + mark.width]
    assert held == ["b", "+", "c"] == [ink.words for ink in only(block, "text") if ink.role == "new"]
    assert block.ink[0] == mark  # behind what is written


def test_a_wide_formula_is_broken_before_operators_outside_brackets() -> None:
    markup = write(read("(alpha + beta + gamma + delta)*(a + b) + (c + d)*e"), "mathml")
    [whole] = typeset(markup)
    first, second = typeset(markup, SIZE, whole.width - 1)
    assert words(first) + words(second) == words(whole)
    assert words(second)[:2] == ["+", "("]
    assert all(block.width < whole.width for block in (first, second))


def test_a_mark_goes_on_where_a_formula_is_broken() -> None:
    letters = "<mo>+</mo>".join(f"<mi>{c}</mi>" for c in "abcdefghijklm")
    blocks = typeset(f'<math><mrow class="next">{letters}</mrow></math>', SIZE, 120)
    assert len(blocks) > 2
    assert all(len(only(block, "mark")) == 1 for block in blocks)


def functions() -> list[str]:
    with (DATA / "equivalence.csv").open(encoding="utf-8") as file:
        return sorted(
            {row["source_function"] for row in csv.DictReader(file)} | {row["answer"] for row in csv.DictReader(file)}
        )


def overlaps(a: Ink, b: Ink) -> bool:
    """Return whether two runs of text stand on one another: by their widths, and by the height of small letters."""
    across = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
    down = min(a.y, b.y) - max(a.y - 0.5 * a.size, b.y - 0.5 * b.size)
    return across > 0.5 and down > 0.5


@pytest.mark.parametrize("source", functions(), ids=lambda s: s)
def test_nothing_overlaps_and_everything_is_inside(source: str) -> None:
    block = set_(source)
    texts = only(block, "text")
    assert not [(a.words, b.words) for a, b in itertools.combinations(texts, 2) if overlaps(a, b)]
    for ink in texts:
        assert ink.x >= -0.01 and ink.x + ink.width <= block.width + 0.01
        assert -block.up <= ink.y - 0.5 * ink.size and ink.y <= block.down + 0.01


@pytest.mark.parametrize("row", [r for r in TABLE if r.names and r.arity == (1, 1)], ids=lambda r: r.name)
def test_every_function_of_the_table_is_set(row) -> None:
    text = f"{row.names[0]}(x)"
    assert "x" in words(typeset(write(read(text, shapes={"x": (2, 2) if row.pull else 2}), "mathml"))[0])


def test_a_deep_chain_is_set_without_recursion() -> None:
    deep = "w"
    for _ in range(150):
        deep = f"sin({deep})"
    assert words(set_(deep)).count("sin") == 150


def test_unknown_elements_are_named() -> None:
    with pytest.raises(ValueError, match="no type for <mover>; add it to SHAPES"):
        typeset("<math><mover><mi>x</mi><mo>^</mo></mover></math>")


def test_every_line_of_a_derivation_is_set_with_its_marks() -> None:
    lines = derive("(exp(x*w)/(x*w))**3", "w").lines
    for line, following in itertools.pairwise(lines):
        roles = {ink.role for block in typeset(line.dressed(following.before)) for ink in only(block, "mark")}
        assert roles == ({"new", "next"} if line.after else {"next"})

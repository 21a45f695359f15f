"""Which part of a handed-in line is mathematics and which is prose, and why.

One pass over the tokens, with the problem's names in hand. `RULES` look at each token for itself, and the first that
knows answers; what spells both a word and a product of names ("by" where b and y are names) is settled by its
neighbours. Nothing is lost: a word that stands where only mathematics can makes its piece one that cannot be read.
Nothing here reads a formula: pieces of the token stream are told apart and handed on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..ops.abbreviations import spoken
from .cursor import BY_CASES, DERIVATIVES, LIBRARIES
from .names import GREEK, NAMED_NUMBERS, Context, split
from .tokens import Token

# the closed classes of English: articles, pronouns, prepositions, conjunctions, auxiliaries, and the verbs of a derivation
GRAMMATICAL = frozenset("""
    a an the this that these those each every all any some no both our my your its i we you it they us me them one he
    of in on at by to for from with without into under up out off as per about after before between through until via towards
    and or but so if then than because since while when where whereas though although hence thus therefore once also again
    is are was be been am has have had do does did can may must will would shall should let lets let's get gets got give gives given
    use uses used using see set put call take has not only just now here there still yet what which who how why wrt finally ok okay
""".split())  # fmt: skip
PLACES = frozenset("out up off under".split())  # names of results too: out = …
CLAUSES = frozenset(
    "since because where when if so hence thus therefore then which whereas although though while but".split()
)
COPULAS = frozenset("is are equals get gives becomes be obtain obtains yields to have has".split())
SPOKEN = {
    "times": "*",
    "plus": "+",
    "minus": "-",
    "over": "/",
    "divided by": "/",
    "multiplied by": "*",
}  # signs as words
BESIDE = frozenset("+ - * / ^ = · @ < > := <= >= ≈ ⊙".split())  # join a word to mathematics
CONTRACTED = frozenset("s t re ve ll d m".split())  # it's, don't
CONNECTIVES = frozenset(["and", "or", "not", "if", "else", "otherwise"])
STOPS = frozenset([",", ".", ":", "⇒", "…"])
DOT = frozenset(["."])
EQUALS = frozenset(["=", "≈", ":="])


class Mark(NamedTuple):
    """What a token is: "maths", "words", or "either", which its neighbours settle; and why."""

    kind: str
    why: str


EITHER = Mark("either", "letters of the problem that spell a word")
LETTERS = Mark("maths", "letters of the problem, as its neighbours say")


class Row(NamedTuple):
    """A line, the problem's names, and the text that it stands in."""

    line: Sequence[Token]
    known: Context
    text: str

    def near(self, at: int) -> Token | None:
        return self.line[at] if 0 <= at < len(self.line) else None

    def gap(self, at: int) -> bool:
        """True if space comes before a token."""
        token = self.near(at)
        return token is not None and token.gap


# ----- one token by itself -----
def is_op(token: Token | None, signs: frozenset[str]) -> bool:
    return token is not None and token.kind == "op" and token.text in signs


def has_equals(part: Sequence[Token]) -> bool:
    """True if an equals sign stands outside brackets."""
    return equals_at(part) is not None


def equals_at(part: Sequence[Token]) -> int | None:
    """Return the place of the first equals sign outside brackets."""
    depth = 0
    for at, token in enumerate(part):
        depth += (token.kind in ("open", "begin")) - (token.kind in ("close", "finish"))
        if depth <= 0 and token.kind == "op" and token.text in EQUALS:
            return at
    return None


def glued_bracket(token: Token | None) -> bool:
    return token is not None and token.kind == "open" and not token.gap


def no_letters(row: Row, at: int) -> Mark | None:
    token = row.line[at]
    if token.kind == "words":
        return Mark("words", r"text in \text{…}")
    if token.kind in ("junk", "prime"):
        return Mark("either", "a mark")
    return None if token.kind in ("word", "key") else Mark("maths", "a sign or a number")


def keyword(row: Row, at: int) -> Mark | None:
    token = row.line[at]
    if token.kind != "key":
        return None
    if spells(row, token.text) and (token.text not in CONNECTIVES or operand_place(row, at)):
        return EITHER
    if token.text in CONNECTIVES:
        return Mark("either", "a connective")
    return (
        Mark("maths", "a truth value")
        if token.text in ("True", "False", "None", "return", "def")
        else Mark("words", "a word of English")
    )


def operand_place(row: Row, at: int) -> bool:
    """True if only an operand can stand here: no connective after an operator, before one, or at the end."""
    before, follows = row.near(at - 1), row.near(at + 1)
    free = before is None or (before.kind == "op" and before.text not in STOPS) or before.kind == "open"
    ends = follows is None or follows.kind == "close" or is_op(follows, BESIDE - {"-"}) or is_op(follows, STOPS)
    return (free and (ends or is_op(follows, BESIDE))) or (
        before is not None and before.kind in ("number", "word") and ends
    )


def spells(row: Row, word: str) -> bool:
    """True if a word is a name of the problem or a product of them."""
    return row.known.known and (
        row.known.spelling(word) is not None or split(word, row.known, False, False, False) is not None
    )


def contracted(row: Row, at: int) -> Mark | None:
    token, mark, word = row.line[at], row.near(at - 1), row.near(at - 2)
    held = mark is not None and mark.kind == "prime" and not token.gap and word is not None
    short = (
        held
        and token.text in CONTRACTED
        and word is not None
        and len(word.text) > 1
        and not row.known.spelling(word.name)
    )
    return Mark("words", "a contraction") if short else None


def of_problem(row: Row, at: int) -> Mark | None:
    token = row.line[at]
    if row.known.spelling(token.name):
        return Mark("either" if token.text in ("a", "A", "I") else "maths", "a name of the problem")
    if token.said == "command" or token.sub is not None or not token.text.isalpha():
        return Mark("maths", "a name with a subscript, a digit or a mark")
    return None


def upright(row: Row, at: int) -> Mark | None:
    """One word in \\text{…}: prose unless it stands beside an operator or is called; in \\mathrm{…} it is a name."""
    token = row.line[at]
    if not token.said:
        return None
    of_text = row.text.startswith(("\\text", "\\mbox"), token.start) and (
        row.known.function(token.name) is None or token.text in GRAMMATICAL
    )
    inside = any(
        t is not None and (t.text in ("{", "}") or (t.text == "d" and t.kind in ("macro", "word")))
        for t in (row.near(at - 1), row.near(at + 1))
    )
    if of_text and not inside and not joined(row, at) and not glued_bracket(row.near(at + 1)):
        return Mark("words", r"a word in \text{…}")
    return Mark("maths", "a name in upright letters")


def run_of_names(row: Row, at: int) -> Mark | None:
    token, follows = row.line[at], row.near(at + 1)
    called, powered = glued_bracket(follows), is_op(follows, frozenset("^"))
    if split(token.text, row.known, False, called, powered) is None:
        return None
    if token.text in GRAMMATICAL:
        return EITHER
    return Mark("maths", "a product of the problem's names")


def of_library(row: Row, at: int) -> Mark | None:
    token, follows, before = row.line[at], row.near(at + 1), row.near(at - 1)
    prefix = token.text in LIBRARIES and is_op(follows, DOT) and not row.gap(at + 1)
    attribute = is_op(before, DOT) and not token.gap and not row.gap(at - 1)
    if prefix or (attribute and (glued_bracket(follows) or token.text == "T")):
        return Mark("maths", "a name of a library")
    return None


def called(row: Row, at: int) -> Mark | None:
    token, after = row.line[at], at + 1
    while is_prime(row.near(after)):
        after += 1
    function = (
        token.text in DERIVATIVES | BY_CASES or row.known.function(token.name) or token.text.lower() not in GRAMMATICAL
    )
    return Mark("maths", "a bracket follows at once") if function and glued_bracket(row.near(after)) else None


def is_prime(token: Token | None) -> bool:
    return token is not None and token.kind == "prime"


def quotient_of_d(row: Row, at: int) -> Mark | None:
    slash = frozenset("/")
    if row.line[at].text.startswith("d") and (is_op(row.near(at + 1), slash) or is_op(row.near(at - 1), slash)):
        return Mark("maths", "a differential")
    return None


def grammatical(row: Row, at: int) -> Mark | None:
    word = row.line[at].text
    if len(word) < 2 or word.lower() not in GRAMMATICAL or (at == 0 and word in PLACES and is_op(row.near(1), EQUALS)):
        return None
    return Mark("words", "a word of English")


def operation(row: Row, at: int) -> Mark | None:
    return (
        Mark("either", "a function without an argument")
        if len(row.line[at].name) > 2 and (row.known.function(row.line[at].name) or spoken(row.line[at].name))
        else None
    )


def short_name(row: Row, at: int) -> Mark | None:
    token = row.line[at]
    if token.text in ("a", "A", "I"):
        return Mark("either", "an article, or a name")
    if len(token.text) < 3 or token.text in GREEK or token.text in NAMED_NUMBERS or (token.tex and len(token.text) < 4):
        return Mark("maths", "a short name")
    return None


def beside_operator(row: Row, at: int) -> Mark | None:
    if joined(row, at):
        return Mark("maths", "an operator stands beside it")
    before, bracket, after = row.near(at - 2), row.near(at - 1), row.near(at + 1)
    argument = glued_bracket(bracket) and after is not None and after.kind == "close" and before is not None
    return Mark("maths", "an argument, alone in its brackets") if argument else None


def joined(row: Row, at: int) -> bool:
    """True if an operator joins a word to mathematics; a dash or an equals sign before or after several words does not."""
    before, follows = row.near(at - 1), row.near(at + 1)
    if before is not None and is_op(before, BESIDE):
        apart = before.text in ("-", "=") and (is_word(row, at + 1) or dash(row, at - 1))
        if not apart:
            return True
    if follows is None or not is_op(follows, BESIDE) or dash(row, at + 1):
        return False
    return follows.text not in EQUALS or not is_label_word(row, at - 1)


def is_word(row: Row, at: int) -> bool:
    """True for letters that are no name of the problem."""
    token = row.near(at)
    return token is not None and token.kind in ("word", "words", "key") and row.known.spelling(token.name) is None


def is_label_word(row: Row, at: int) -> bool:
    """True for a word that describes the one after it: the outer of outer derivative."""
    token = row.near(at)
    if token is None or token.kind != "word" or token.said or len(token.text) < 3:
        return False
    return token.text.lower() not in GRAMMATICAL and row.known.spelling(token.name) is None


def dash(row: Row, at: int) -> bool:
    """True for a sign that is no minus: –, — or -- with space around, and <- before a remark."""
    token, before, after = row.line[at], row.near(at - 1), row.near(at + 1)
    if token.kind != "op" or token.text not in ("-", "<-"):
        return False
    double = any(is_op(t, frozenset("-")) and t is not None for t in (before, after))
    return (
        token.text == "<-" or double or (token.gap and row.text[token.start] in "–—" and (after is None or after.gap))
    )


RULES: tuple[Callable[[Row, int], Mark | None], ...] = (
    no_letters, keyword, contracted, of_problem, upright, run_of_names, of_library, called, quotient_of_d, grammatical, operation, short_name,
    beside_operator,
)  # fmt: skip
OPEN = Mark("words", "no name of the problem, and no operator beside it")


def looked(row: Row) -> list[Mark]:
    """Return what each token is by itself; "either" where its neighbours have to settle it."""
    return [next((mark for rule in RULES if (mark := rule(row, at)) is not None), OPEN) for at in range(len(row.line))]

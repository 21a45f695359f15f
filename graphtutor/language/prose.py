"""Which part of a handed-in line is mathematics, and which is prose, numbering or layout.

Nothing here reads a formula: pieces of the token stream are told apart and handed on. What is not
mathematics is kept as text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .grammar import BY_CASES, DERIVATIVES
from .names import GREEK, NAMED_NUMBERS, Context, split
from .tokens import LOOKS_LATEX, Token

PROSE = frozenset("""
    a about above active add after again all also an and answer any apply applying as assume at be because becomes before below but by calculate
    call can cancel cancels case cases chain check clear clearly collect collecting combine combining compute computing consider constant
    constants constraint def definition denote depend depends derivation derivative derivatives derive differentiate differentiating
    differentiation directly does doing done dot each either end equal equality equals equation equivalently evaluate every everything everywhere
    exercise expand expanding expression factor factoring final finally find first follows for formula from full function further general get gets
    getting give given gives giving gradient gradients has have hence here hint how however i identity if in inactive inner insert inside into is
    it its keep know known last left lemma let let's lets line linear loss me means method minus more multiply multiplying must namely need next
    no not note nothing notice now obtain obtains obviously of ok okay on only or order other otherwise our out outer outside over own part
    partial pass per plug plugging plus point positive power previous problem product proof prove put question quotient rather recall reduces
    region remaining replace respect respectively rest result results return rewrite right rule rules same second see set shows side similarly
    simple simplified simplifies simplify simplifying since so solution square squared start starting step steps still subject substitute
    substituting substitution such sum take taking task term terms than that the then there therefore these they third this those thus times to
    together turn twice two under up upstream use used uses using value values variable variables we well what when where which while whole will
    with works write writing wrt yield yields you zero
""".split())  # fmt: skip
GIVES = frozenset(
    "otherwise else is are equals gives give get obtain obtains yields becomes have has therefore thus hence so return answer result find finally simplifies to equal it".split()
)
CONCLUDES = frozenset("so therefore thus hence then we get obtain gives yields finally".split())
DEFINES = frozenset("let where with define denote set put given call using substitute substituting assume".split())
LATE = frozenset(["where", "with", "for", "using"])
REASONS = frozenset("because since as while whereas though although".split())  # what follows explains, and is no answer
CONNECT = frozenset(
    "also and so then thus hence therefore finally now next again ok okay well overall altogether together total".split()
)
NAMES_ANSWER = frozenset("derivative answer gradient result slope solution".split())
EQUALS = frozenset(["=", "≈", ":="])
CONTRACTED = frozenset("s t re ve ll d m".split())  # it's, don't
BULLETS = frozenset("•‣◦▪●○–—·*+")
STOPS = frozenset([",", ".", ":", "⇒", "…"])


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of tokens of one line: mathematics to be, or prose.

    `intro` is the word before it ("let", "where", …) or ""; `sure`: nothing but mathematics can stand here.
    """

    tokens: tuple[Token, ...]
    math: bool
    intro: str = ""
    sure: bool = False


def lines(stream: Sequence[Token]) -> Iterator[list[Token]]:
    """Yield the tokens of each line as handed in; an environment such as cases is one line."""
    depth = 0
    held: list[Token] = []
    for token in stream:
        depth += (token.kind == "begin") - (token.kind == "finish")
        if token.kind == "end" or (token.kind == "break" and depth <= 0):
            if held:
                yield held
            held, depth = [], max(0, depth) if token.kind != "end" else 0
        elif not (token.kind == "break" and token.text == "\n"):
            held.append(token)


def plain(line: Sequence[Token], text: str, context: Context) -> list[Token]:
    """Return a line without numbering, bullets, fences, comments, and alignment."""
    kept = [t for t in line if t.kind != "comment" and not (t.kind == "junk" and set(t.text) <= {"`"})]
    if (
        len(kept) < len(line)
        and len(kept) == 1
        and kept[0].kind == "word"
        and kept[0].name in ("python", "latex", "math", "text", "tex")
    ):
        return []  # ```python
    for at, token in enumerate(kept):
        if token.kind == "op" and token.text == "//":
            kept = kept[:at]
            break
    depth = 0
    aligned = []
    layout = ("&", "&&") if LOOKS_LATEX.search(text) else ("&",)
    for token in kept:
        depth += (token.kind == "begin") - (token.kind == "finish")
        if depth > 0 or token.kind == "finish" or not (token.kind == "op" and token.text in layout):
            aligned.append(token)
    if len(aligned) > 1 and aligned[0].kind == "op" and aligned[0].text == ">" and aligned[1].gap:
        aligned = aligned[1:]  # Markdown's > quote
    return without_number(without_stars(aligned, text), text, context)


def without_stars(line: list[Token], text: str) -> list[Token]:
    """Return a line without the stars of Markdown's **bold** at its start."""
    stars = [at for at, t in enumerate(line) if t.kind == "op" and text[t.start : t.stop] == "**"]
    if len(stars) < 2 or stars[0] != 0:
        return line
    return [t for at, t in enumerate(line) if at not in stars[:2]]


def without_number(line: list[Token], text: str, context: Context) -> list[Token]:
    """Return a line without `1)`, `(2)`, `(i)`, `1.`, `a)`, `Step 3:`, `- `, `* `, `• ` at its start."""
    if len(line) < 2:
        return line
    first, second, third = line[0], line[1], line[2] if len(line) > 2 else line[1]
    if first.kind == "number" and second.kind == "close" and second.text == ")":
        return line[2:]
    if (
        first.kind == "number"
        and first.text.isdigit()
        and second.kind == "op"
        and second.text in ".:"
        and not second.gap
        and (third.gap or len(line) == 2)
    ):
        return line[2:]
    short = first.kind == "word" and (len(first.text) == 1 or set(first.text) <= set("ivx")) and first.sub is None
    if (
        short
        and second.kind == "close"
        and second.text == ")"
        and len(line) > 2
        and not any(t.text == "(" for t in line[:1])
    ):
        return line[2:]
    if first.kind == "open" and first.text == "(" and third.kind == "close" and len(line) > 3 and line[3].gap:
        goes_on = line[3].kind != "op" or line[3].text in ("=", "-", "⇒")
        number = second.kind == "number" and second.text.isdigit() and goes_on
        letter = (
            second.kind == "word"
            and (len(second.text) == 1 or set(second.text) <= set("ivx"))
            and not context.spelling(second.name)
        )
        if number or (letter and second.sub is None and goes_on):
            return line[3:]
    heading = (
        first.kind == "word"
        and first.text.lower() in ("step", "line", "part", "eq", "case")
        and not context.spelling(first.name)
    )
    if heading and second.kind == "number" and (third.text in (":", ".") or second.text.endswith(".")):
        return line[2 if second.text.endswith(".") else 3 :]
    bullet = ((first.kind == "junk" or first.text == "*") and first.text in BULLETS) or (
        first.kind == "op" and first.text == "-" and text[first.start] in "–—"
    )
    return line[1:] if bullet and second.gap else line


def bulleted(all_lines: Sequence[Sequence[Token]]) -> bool:
    """True if every line starts with `- `: then it is a list, and not a row of minus signs."""
    return len(all_lines) > 1 and all(
        len(x) > 1 and x[0].kind == "op" and x[0].text == "-" and x[1].gap for x in all_lines
    )


def pieces(line: Sequence[Token], context: Context) -> list[Piece]:
    """Return what a line is made of, in order."""
    dollars = sum(t.text == "$" for t in line)
    if dollars and dollars % 2 == 0:
        return between_dollars(line, context)
    line = [t for t in line if t.text != "$"]
    marks = prose_marks(line, context)
    return assembled(line, marks, any(marks), context)


def between_dollars(line: Sequence[Token], context: Context) -> list[Piece]:
    """Return what stands between dollar signs as mathematics, the rest as prose."""
    found: list[Piece] = []
    words: list[Token] = []
    held: list[Token] = []
    inside, intro = False, ""
    outside = any(t.kind in ("word", "key") for t, is_in in with_state(line) if not is_in)
    for token in line:
        if token.text != "$":
            (held if inside else words).append(token)
            continue
        if inside and held:
            found += [
                replace(p, intro=p.intro or (intro if i == 0 else ""))
                for i, p in enumerate(assembled(held, [False] * len(held), outside, context))
            ]
            held = []
        elif not inside and words:
            found.append(Piece(tuple(words), False))
            intro = introduction(words)
            words = []
        inside = not inside
    if words:
        found.append(Piece(tuple(words), False))
    return found


def with_state(line: Sequence[Token]) -> Iterator[tuple[Token, bool]]:
    inside = False
    for token in line:
        if token.text == "$":
            inside = not inside
        else:
            yield token, inside


def introduction(words: Sequence[Token]) -> str:
    """Return the word that says what the formula after it is: one of REASONS unless a conclusion follows, else the last of DEFINES or GIVES."""
    said = [token.text.lower() for token in words]
    found = next((word for word in reversed(said) if word in DEFINES | GIVES), "")
    reason = next((word for word in said if word in REASONS), "")
    if reason and not CONCLUDES & set(said[said.index(reason) :]):
        return reason
    if said and (said[-1] == ":" or (not found and CONNECT.issuperset(said))):
        return "so"
    return found


def answers(found: Sequence[Piece], at: int) -> bool:
    """True if a piece of mathematics is the answer, as the words after it say: 2x is the derivative, 2x because …, 1 if x > 0, -1 if x < 0."""
    if at + 1 >= len(found) or found[at + 1].math or (at != 0 and not found[at - 1].math):
        return False
    said = [token.text.lower() for token in found[at + 1].tokens if token.kind != "open"] or [""]
    if said[0] in ("if", "when", "for"):
        return True
    return at == 0 and (
        said[0] in REASONS
        or said[0] in ("by", "using", "where", "with")
        or (said[0] == "is" and bool(NAMES_ANSWER & set(said)))
    )


def assembled(line: Sequence[Token], marks: Sequence[bool], prose: bool, context: Context) -> list[Piece]:
    """Cut a line at its prose, commas, full stops and arrows; `prose`: the line has words."""
    found: list[Piece] = []
    held: list[Token] = []
    words: list[Token] = []
    intro, depth = "", 0
    said = [t.text for t, is_prose in zip(line, marks, strict=True) if t.kind == "key" and not is_prose]
    by_cases = said.count("if") > 1 or ("if" in said and ("otherwise" in said or "else" in said))

    def flush() -> None:
        nonlocal intro
        if held:
            found.append(Piece(tuple(held), True, intro, not prose))
            held.clear()
            intro = "" if intro not in DEFINES else intro

    for at, (token, is_prose) in enumerate(zip(line, marks, strict=True)):
        if not is_prose:
            depth += (token.kind in ("open", "begin")) - (token.kind in ("close", "finish"))
        else:
            flush()
            words.append(token)
            continue
        if words:
            found.append(Piece(tuple(words), False))
            intro = introduction(words) or intro
            words = []
        stop = token.kind == "op" and depth <= 0 and token.text in STOPS
        if stop and token.text == "." and at + 1 < len(line) and not line[at + 1].gap:
            stop = False
        if stop and token.text == "," and by_cases and not (has_equals(held) and has_equals(line[at + 1 :])):
            stop = False
        if (
            token.kind == "key"
            and token.text == "and"
            and depth <= 0
            and has_equals(held)
            and has_equals(line[at + 1 :])
        ) or stop:
            if token.text == "." and intro in DEFINES:
                flush()
                intro = ""
            flush()
            if token.text in ("⇒", ":"):
                intro = "so" if token.text == "⇒" or prose else intro
            continue
        held.append(token)
    flush()
    if words:
        found.append(Piece(tuple(words), False))
    return found


def has_equals(part: Sequence[Token]) -> bool:
    """True if an equals sign stands outside brackets."""
    depth = 0
    for token in part:
        depth += (token.kind in ("open", "begin")) - (token.kind in ("close", "finish"))
        if depth <= 0 and token.kind == "op" and token.text in EQUALS:
            return True
    return False


def prose_marks(line: Sequence[Token], context: Context) -> list[bool]:
    """Return for each token whether it is prose."""
    marks = [is_prose(line, at, context) for at in range(len(line))]
    for at, token in enumerate(line):  # words that mean both take the side of their neighbours
        if marks[at] or token.kind not in ("word", "key", "junk", "prime"):
            continue
        before, after = at > 0 and marks[at - 1], at + 1 < len(line) and marks[at + 1]
        name = token.name
        row = context.function(name) if token.kind == "word" and len(name) > 2 else None
        alone = (
            (token.kind == "word" and row is not None and (after or at + 1 == len(line) or line[at + 1].text in ",.:"))
            or (token.kind in ("junk", "prime") and (before or after))
            or (token.kind == "key" and token.text in ("is", "in", "for", "while", "import", "return", "def"))
        )
        article = token.text in ("a", "A", "I") and after and not context.spelling(token.text)
        joint = (
            token.kind == "key"
            and token.text in ("and", "or", "not", "if", "otherwise")
            and ((before and after) or (at == 0 and token.text in ("if", "otherwise")))
        )
        late = (
            token.kind == "key"
            and token.text in ("otherwise", "if")
            and at > 0
            and line[at - 1].text == ","
            and has_equals(line[at:])
        )
        case = token.kind == "key" and (
            (token.text == "else" and at == 0) or (token.text == "if" and at > 0 and lone_if(line, at))
        )
        if alone or article or joint or late or case:
            marks[at] = True
        if (
            token.kind == "prime"
            and marks[at]
            and at + 1 < len(line)
            and not line[at + 1].gap
            and line[at + 1].text in CONTRACTED
        ):
            marks[at + 1] = True
    return bracketed_prose(line, marks)


def lone_if(line: Sequence[Token], at: int) -> bool:
    """Return whether an `if` outside brackets has no `else` and no second `if`: a claim, and the case in which it holds."""
    depth = sum((t.kind in ("open", "begin")) - (t.kind in ("close", "finish")) for t in line[:at])
    return depth == 0 and not any(
        t.kind == "key" and t.text in ("else", "otherwise", "if") for k, t in enumerate(line) if k != at
    )


def bracketed_prose(line: Sequence[Token], marks: list[bool]) -> list[bool]:
    """Count a bracket that holds nothing but prose as prose: (chain rule); of one that starts with prose the brackets alone."""
    opened: list[int] = []
    for at, token in enumerate(line):
        if token.kind == "open":
            opened.append(at)
        elif token.kind == "close" and opened:
            start = opened.pop()
            inner = range(start + 1, at)
            if any(marks[i] for i in inner) and all(
                marks[i] or line[i].kind in ("number", "op", "key", "junk", "prime") for i in inner
            ):
                for i in (start, *inner, at):
                    marks[i] = True
            elif len(inner) > 1 and marks[start + 1]:
                marks[start] = marks[at] = True
    return marks


def is_prose(line: Sequence[Token], at: int, context: Context) -> bool:
    token = line[at]
    if token.kind == "words":
        return True
    if token.kind == "key":
        return token.text in ("is", "in", "for", "while", "import", "yield", "del")
    if token.kind != "word" or token.sub is not None or token.said:
        return False
    word, follows, before = token.text, line[at + 1] if at + 1 < len(line) else None, line[at - 1] if at else None
    if context.spelling(token.name) or not word.isalpha():
        return False
    call = follows is not None and follows.kind == "open" and not follows.gap
    if call and word in DERIVATIVES | BY_CASES:
        return False
    if word.lower() in PROSE and len(word) > 1:
        return not (
            (call or next_is(follows, "=", ":="))
            and (context.function(word) is not None or next_is(follows, "=", ":="))
        )
    if len(word) < 3 or word in GREEK or word in NAMED_NUMBERS or call:
        return False
    if context.function(word) is not None or (word.startswith("d") and (next_is(follows, "/") or next_is(before, "/"))):
        return False
    if split(word, context, False, False, False) is not None:
        return False
    joined = any(
        t is not None and t.kind == "op" and t.text in "+*/^=·@<>:="
        for t in (before, follows)
        if not (t is follows and t is not None and t.text in ".,:")
    )
    return not joined and not (token.tex and len(word) < 4)


def next_is(token: Token | None, *texts: str) -> bool:
    return token is not None and token.kind == "op" and token.text in texts

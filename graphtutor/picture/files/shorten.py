"""Our own scripts and style sheets without what only their readers need: comments, gaps, long names of local things.

Written for scripts that end their statements with semicolons; nothing a user typed comes here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import count, pairwise, product
from string import ascii_lowercase, ascii_uppercase

GAP, WORD = re.compile(r"(?:\s|//[^\n]*)+"), re.compile(r"[A-Za-z_$][\w$]*")
PIECE = re.compile(
    r'"(?:[^"\\\n]|\\.)*"|(?<=[(,=:\[!&|?])/(?![/*])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/\w*|\.{3}|\?\.|=>|[\w$]+|.'
)
RAW = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*(?:`|\$\{)", re.S)
DECLARES = {"const", "let", "function"}
RESERVED = {"as", "do", "if", "in", "of"}  # words of the language that are as short as a shortened name


def tokens(script: str) -> Iterator[str]:
    """Yield words, signs, strings, gaps, and the fixed parts of templates, which begin with ` or } and end with ` or ${."""
    at = 0
    inside: list[int] = []  # of each template that is open: how many braces are open in its expression
    while at < len(script):
        if gap := GAP.match(script, at):
            yield "\n" if "\n" in gap[0] else " "
            at = gap.end()
            continue
        c = script[at]
        if c == "`" or (c == "}" and inside and inside[-1] == 0):
            if c == "}":
                inside.pop()
            found = RAW.match(script, at + 1)
            assert found is not None
            if found[0].endswith("${"):
                inside.append(0)
            yield c + found[0]
        else:
            found = PIECE.match(script, at)
            assert found is not None
            if inside:
                inside[-1] += (c == "{") - (c == "}")
            yield found[0]
        at = found.end()


def compact(script: str, keep: frozenset[str] = frozenset()) -> str:
    r"""Return our own JavaScript without comments and spaces that say nothing, local names shortened but for those to `keep`.

    >>> compact("const total = 1;  // one\n  return `a ${total} c` + it.total;")
    'const total=1;return`a ${total} c`+it.total;'
    >>> compact("const whole = 1;\n  return `a ${whole} c` + {whole: 2};")
    'const whole=1;return`a ${whole} c`+{whole:2};'
    >>> compact("const whole = number => number;\n  return whole(1);")
    'const a=b=>b;return a(1);'
    """
    parts = list(tokens(script))
    short = names(parts, keep)
    out = ""
    for part, after in zip(parts, [*parts[1:], ""], strict=True):
        if part not in ("\n", " "):
            out += short.get(part, part)
        elif needed(out[-1:], after[:1], part == "\n"):
            out += part
    return out


def needed(before: str, after: str, broken: bool) -> bool:
    """Return whether a space or line break between two characters says something."""
    word = re.compile(r"[\w$]")
    if word.match(before) and word.match(after):
        return True
    return (before in "+-" and before == after) or (broken and before == "}" and word.match(after) is not None)


def names(parts: list[str], keep: frozenset[str]) -> dict[str, str]:
    """Return short names for those that are declared, and are nowhere a key or a property too: the commonest gets the shortest."""
    solid = [p for p in parts if p not in ("\n", " ")]
    free = set(declared(solid)) - keep - set(keys(solid))
    uses = Counter(word for word in solid if word in free and len(word) > 2)
    letters, taken = ascii_lowercase + ascii_uppercase, {*solid, *RESERVED}
    short = ("".join(some) for n in count(1) for some in product(letters, repeat=n))
    return {word: next(n for n in short if n not in taken) for word, _ in uses.most_common()}


def declared(solid: list[str]) -> Iterator[str]:
    """Yield the names of constants, variables, functions and parameters; none of them begins with a capital."""
    for a, b in pairwise(solid):
        if (a in DECLARES and WORD.fullmatch(b)) or (b == "=>" and WORD.fullmatch(a)):
            yield b if a in DECLARES else a
    yield from (word for word in parameters(solid) if WORD.fullmatch(word) and word[0].islower())


def parameters(solid: list[str]) -> Iterator[str]:
    """Yield what stands in the brackets of functions: before an arrow, or after `function` and its name."""
    opened: list[int] = []
    for k, word in enumerate(solid):
        if word == "(":
            opened.append(k)
        elif word == ")" and opened:
            start = opened.pop()
            if solid[k + 1 : k + 2] == ["=>"] or (start > 1 and solid[start - 2] == "function"):
                yield from (w for before, w in pairwise(solid[start:k]) if before in "([,..." or before == "{")


def keys(solid: list[str]) -> Iterator[str]:
    """Yield what is a property after a dot, a key before a colon, or both at once in short, as in {a, b}."""
    open_ = [""]
    for before, word, after in zip(["", *solid], solid, [*solid[1:], ""], strict=False):
        if word[:1] in "([{":
            open_.append(word)
        elif word[:1] in ")]}" and len(open_) > 1 and not word.endswith(("`", "${")):
            open_.pop()
        listed = before in ("{", ",") and (after == ":" or (open_[-1] == "{" and after in (",", "}")))
        if listed or before in (".", "?."):
            yield word


def sheet(style: str) -> str:
    """Return a style sheet on one line."""
    return re.sub(r"\s*\n\s*", "", style)

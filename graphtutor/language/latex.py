"""LaTeX as a spelling: which command is which sign, letter, bracket or construction.

Data only; `tokens.Scanner` looks commands up here.
"""

from __future__ import annotations

from .names import GREEK

SKIPPED = frozenset("""left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr displaystyle textstyle scriptstyle limits nolimits
    quad qquad enspace thinspace nonumber notag hfill hspace noindent phantom , ; : ! > space allowbreak boxed fbox""".split())  # fmt: skip
OPENING = frozenset("left bigl Bigl biggl Biggl".split())
CLOSING = frozenset("right bigr Bigr biggr Biggr".split())

SIGNS = {
    "cdot": "·", "times": "*", "ast": "*", "odot": "⊙", "circ": "⊙", "otimes": "⊗", "div": "/", "le": "<=", "leq": "<=", "leqslant": "<=", "ge": ">=",
    "geq": ">=", "geqslant": ">=", "lt": "<", "gt": ">", "ne": "!=", "neq": "!=", "land": "and", "wedge": "and", "lor": "or", "vee": "or", "lnot": "not", "neg": "not",
    "Rightarrow": "⇒", "implies": "⇒", "therefore": "⇒", "Longrightarrow": "⇒", "to": "⇒", "rightarrow": "⇒", "iff": "⇒", "Leftrightarrow": "⇒",
    "because": "⇒", "approx": "≈", "simeq": "≈", "equiv": "=", "coloneqq": ":=", "triangleq": ":=", "colon": ":", "&": "&", "%": "%", "#": "#",
    "ldots": "…", "dots": "…", "cdots": "…", "mid": "|", "vert": "|", "|": "‖", "Vert": "‖",
}  # fmt: skip
MACROS = {"frac": "frac", "dfrac": "frac", "tfrac": "frac", "cfrac": "frac", "sqrt": "sqrt", "sum": "sum", "prod": "prod", "partial": "d", "nabla": "nabla",
          "mathds": "indicator", "infty": "inf"}  # fmt: skip
BRACKETS = {"{": ("open", "{"), "}": ("close", "}"), "lbrace": ("open", "{"), "rbrace": ("close", "}"), "lbrack": ("open", "["), "rbrack": ("close", "]"),
            "lvert": ("open", "|"), "rvert": ("close", "|"), "lVert": ("open", "‖"), "rVert": ("close", "‖"), "lparen": ("open", "("), "rparen": ("close", ")")}  # fmt: skip
WORDS = {
    **{name: name for name in GREEK},
    "varepsilon": "epsilon",
    "varphi": "phi",
    "vartheta": "theta",
    "varrho": "rho",
    "varsigma": "sigma",
    "ell": "ell",
}

UPRIGHT = frozenset(
    "text textrm textit textbf textsf texttt mbox mathrm operatorname mathsf mathtt rm textnormal".split()
)
ALPHABETS = frozenset(
    "mathbf mathcal boldsymbol bm vec mathit mathfrak mathbb mathds mathscr mathbfit pmb underline".split()
)
ACCENTS = {"hat": "hat", "widehat": "hat", "bar": "bar", "overline": "bar", "tilde": "tilde", "widetilde": "tilde"}
MATRICES = frozenset("matrix pmatrix bmatrix Bmatrix vmatrix smallmatrix".split())
CASES = frozenset("cases dcases rcases".split())
LAYOUT = frozenset(
    "align aligned alignat alignedat gather gathered equation split eqnarray multline displaymath math flalign".split()
)
KNOWN = sorted({*SIGNS, *MACROS, *WORDS, *UPRIGHT, *ALPHABETS, *ACCENTS, "begin", "end", "left", "right", "top"})

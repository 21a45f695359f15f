"""Signs and their spellings: which token a Unicode character or a LaTeX command is, one entry a sign. Data only."""

from __future__ import annotations

from .names import GREEK

# kind of token, its text, Unicode characters, LaTeX commands
SIGNS = (
    ("op", "-", "−–‒", ""),
    ("op", "*", "×∗", "times ast"),
    ("op", "·", "·⋅∙", "cdot"),
    ("op", "/", "÷∕⁄", "div"),
    ("op", "<=", "≤⩽", "le leq leqslant"),
    ("op", ">=", "≥⩾", "ge geq geqslant"),
    ("op", "<", "", "lt"),
    ("op", ">", "", "gt"),
    ("op", "!=", "≠", "ne neq"),
    ("op", "⊙", "⊙∘", "odot circ"),
    ("op", "⊗", "⊗", "otimes"),
    ("op", "⇒", "⇒→∴⟹⟶⇔∵", "Rightarrow implies therefore Longrightarrow to rightarrow iff Leftrightarrow because"),
    ("op", "≈", "≈", "approx simeq"),
    ("op", "=", "≡", "equiv"),
    ("op", ":=", "≔", "coloneqq triangleq"),
    ("op", "…", "…", "ldots dots cdots"),
    ("op", "|", "∣", "mid vert"),
    ("op", "‖", "‖∥", "Vert |"),
    ("op", "ᵀ", "ᵀ", ""),
    ("op", ":", "", "colon"),
    ("op", "&", "", "&"),
    ("op", "%", "", "%"),
    ("op", "#", "", "#"),
    ("key", "and", "∧", "land wedge"),
    ("key", "or", "∨", "lor vee"),
    ("key", "not", "¬", "lnot neg"),
    ("macro", "frac", "", "frac dfrac tfrac cfrac"),
    ("macro", "sqrt", "√", "sqrt"),
    ("macro", "sum", "∑Σ", "sum"),
    ("macro", "prod", "∏", "prod"),
    ("macro", "d", "∂", "partial"),
    ("macro", "nabla", "∇", "nabla"),
    ("macro", "indicator", "𝟙𝟏", "mathds"),
    ("macro", "inf", "∞", "infty"),
    ("open", "{", "", "{ lbrace"),
    ("close", "}", "", "} rbrace"),
    ("open", "[", "", "lbrack"),
    ("close", "]", "", "rbrack"),
    ("open", "|", "", "lvert"),
    ("close", "|", "", "rvert"),
    ("open", "‖", "", "lVert"),
    ("close", "‖", "", "rVert"),
    ("open", "(", "", "lparen"),
    ("close", ")", "", "rparen"),
)
VARIANTS = {"varepsilon": "epsilon", "varphi": "phi", "vartheta": "theta", "varrho": "rho", "varsigma": "sigma"}
WORDS = {name: name for name in (*GREEK, "ell")} | VARIANTS
CHARACTERS = {char: (kind, text) for kind, text, characters, _ in SIGNS for char in characters}
COMMANDS = {name: (kind, text) for kind, text, _, commands in SIGNS for name in commands.split()} | {
    name: ("word", word) for name, word in WORDS.items()
}
RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᐟⁿⁱˣʸʷᵃᵇᶜᵈᵉᵏᵐᵗᵘᵛᶻ", "0123456789+-()/nixywabcdekmtuvz", strict=True))

# ----- commands that say how a thing looks -----
SKIPPED = frozenset("""left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr displaystyle textstyle scriptstyle limits nolimits
    quad qquad enspace thinspace nonumber notag hfill hspace noindent phantom , ; : ! > space allowbreak boxed fbox square blacksquare Box qed""".split()) | {" "}  # fmt: skip
OPENING = frozenset("left bigl Bigl biggl Biggl".split())
CLOSING = frozenset("right bigr Bigr biggr Biggr".split())
UPRIGHT = frozenset(
    "text textrm textit textbf textsf texttt mbox mathrm mathit operatorname mathsf mathtt rm textnormal".split()
)
ALPHABETS = frozenset("mathbf mathcal boldsymbol bm vec mathfrak mathbb mathds mathscr mathbfit pmb underline".split())
ACCENTS = {"hat": "hat", "widehat": "hat", "bar": "bar", "overline": "bar", "tilde": "tilde", "widetilde": "tilde"}
MATRICES = frozenset("matrix pmatrix bmatrix Bmatrix vmatrix smallmatrix".split())
CASES = frozenset("cases dcases rcases".split())
LAYOUT = frozenset(
    "align aligned alignat alignedat gather gathered equation split eqnarray multline displaymath math flalign".split()
)
KNOWN = sorted({*COMMANDS, *UPRIGHT, *ALPHABETS, *ACCENTS, "begin", "end", "left", "right", "top"})

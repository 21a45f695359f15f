"""SVG → TikZ, for a paper or for slides: the same lines at the same places, the words set by TeX.

A picture is a document of its own, or its body can be put into another; several are slides of beamer with an overlay each. What
is used is in every TeX: tikz, geometry and beamer, the fonts Latin Modern.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from .inbetweens import runs, things, through
from .raster import size, viewed

LETTERS = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho varsigma sigma tau upsilon phi chi psi omega".split()
SIGNS = {"∂": r"\partial", "→": r"\to", "∞": r"\infty", "Σ": r"\Sigma", "Π": r"\Pi", "√": r"\surd", "⊙": r"\odot", "⊗": r"\otimes", "∇": r"\nabla",
         "≤": r"\le", "≥": r"\ge", "≠": r"\ne", "∈": r"\in", "÷": r"\div", "⊤": r"\top", "ᵀ": r"^{\top}", "‖": r"\|", "¬": r"\neg", "∧": r"\wedge", "∨": r"\vee", "Γ": r"\Gamma", "Δ": r"\Delta",
         "Θ": r"\Theta", "Λ": r"\Lambda", "Ξ": r"\Xi", "Φ": r"\Phi", "Ψ": r"\Psi", "Ω": r"\Omega", "⌊": r"\lfloor", "⌋": r"\rfloor", "⌈": r"\lceil", "⌉": r"\rceil", "±": r"\pm",
         "½": r"\frac12", "𝟙": r"\mathbf{1}", "ⁿ": "^{n}", "ᵏ": "^{k}", "ᵢ": "_{i}", "ⱼ": "_{j}", "ₖ": "_{k}", "ₙ": "_{n}", "ū": r"\bar u", "′": "'", **{chr(0x3B1 + k): rf"\{name}" for k, name in enumerate(LETTERS)}}  # fmt: skip
LOWERED = {ord(c): str(k) for k, c in enumerate("₀₁₂₃₄₅₆₇₈₉")} | {ord("₋"): "-"}
RAISED = {ord(c): str(k) for k, c in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")} | {ord("⁻"): "-"}
SCRIPTS = re.compile("([₀-₉₋]+)|([⁰¹²³⁴-⁹⁻]+)")
SPECIAL = {"−": r"\textminus{}", "×": r"\texttimes{}", "·": r"\textperiodcentered{}", "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
           "—": "---", "–": "--", "…": r"\ldots{}", "°": r"\textdegree{}", "✗": r"$\times$", **{c: f"\\{c}" for c in "#$%&_"}}  # fmt: skip
HEAD = r"""\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{lmodern}
\usepackage{amsmath}
\usepackage{tikz}
"""


def tex(words: str) -> str:
    """Return text for TeX: signs and Greek letters as mathematics, lowered and raised digits as scripts, what is not known in ASCII.

    >>> print(tex("∂v₁/∂w₀ = x² & 2"))
    $\\partial$v$_{1}$/$\\partial$w$_{0}$ = x$^{2}$ \\& 2
    """
    marked = SCRIPTS.sub(
        lambda m: f"\0_{m[1].translate(LOWERED)}\1" if m[1] else f"\0^{m[2].translate(RAISED)}\1", words
    )
    out, inside = [], False
    for c in marked:
        if c == "\0":
            inside = True
            out.append("$")
        elif c == "\1":
            inside = False
            out.append("}$")
        elif inside:
            out.append(f"{c}{{" if c in "_^" else c)
        elif c in SIGNS:
            out.append(f"${SIGNS[c]}$")
        elif c in SPECIAL or c.isascii():
            out.append(SPECIAL.get(c, c))
        else:
            plain = unicodedata.normalize("NFKD", c).encode("ascii", "ignore").decode()
            out.append("".join(SPECIAL.get(p, p) for p in plain) or "?")
    return "".join(out)


def colour(name: str) -> str:
    """Return the name under which a colour is defined, such as gt0067A3."""
    return f"gt{name[1:].upper()}" if name.startswith("#") else name


def commands(line: str) -> Iterator[str]:
    """Yield the TikZ commands of one thing that a picture shows."""
    for element in ElementTree.fromstring(f"<g>{line}</g>").iter():
        draw = DRAWN.get(element.tag)
        if draw:
            yield draw(element)


def look(element: ElementTree.Element) -> str:
    """Return fill and stroke as the options of a path."""
    fill, stroke = element.get("fill", "none"), element.get("stroke", "none")
    options = [] if fill == "none" else [f"fill={colour(fill)}"]
    if element.get("fill-opacity"):
        options.append(f"fill opacity={element.get('fill-opacity')}")
    if stroke != "none":
        options += [f"draw={colour(stroke)}", f"line width={element.get('stroke-width', '1')}pt*\\gtunit"]
    if element.get("stroke-dasharray"):
        on, off = element.get("stroke-dasharray", "3 2").split()
        options.append(f"dash pattern=on {on}pt*\\gtunit off {off}pt*\\gtunit")
    return ",".join(f"{{{o}}}" if "," in o else o for o in options).replace("pt*\\gtunit", "\\gtunit")


def rect(e: ElementTree.Element) -> str:
    x, y, w, h = (float(e.get(key, "0")) for key in ("x", "y", "width", "height"))
    corners = f",rounded corners={e.get('rx')}\\gtunit" if float(e.get("rx", "0")) else ""
    return f"\\path[{look(e)}{corners}] ({x:g},{y:g}) rectangle ({x + w:g},{y + h:g});"


def curve(e: ElementTree.Element) -> str:
    """Return a path of M, C, L, H and V."""
    out: list[str] = []
    x = y = 0.0
    for letter, rest in re.findall(r"([MCLHV])([^MCLHV]*)", e.get("d", "")):
        numbers = [float(v) for v in re.findall(r"-?[\d.]+", rest)]
        if letter in "HV":
            points = [(v, y) if letter == "H" else (x, v) for v in numbers]
        else:
            points = list(zip(numbers[::2], numbers[1::2], strict=True))
        written = [f"({a:g},{b:g})" for a, b in points]
        if letter == "M":
            out.append(written[0])
        elif letter == "C":
            out += [
                f".. controls {written[k]} and {written[k + 1]} .. {written[k + 2]}" for k in range(0, len(written), 3)
            ]
        else:
            out += [f"-- {p}" for p in written]
        x, y = points[-1]
    return f"\\path[{look(e)}] {' '.join(out)};"


def polygon(e: ElementTree.Element) -> str:
    return f"\\path[{look(e)}] {' -- '.join(f'({p})' for p in e.get('points', '').split())} -- cycle;"


def words(e: ElementTree.Element) -> str:
    """Return a line of text: one run, or the runs of its tspans one after the other."""
    spans = [child for child in e if child.tag == "tspan"] or [e]
    runs_ = []
    for span in spans:
        said = {**e.attrib, **span.attrib}
        style = "".join(
            code for key, code in (("font-weight", r"\bfseries "), ("font-style", r"\itshape ")) if key in said
        )
        text = span.text or ""
        edge = [r"\ " if text[:1] == " " else "", r"\ " if text[-1:] == " " and len(text) > 1 else ""]
        runs_.append(f"{{\\color{{{colour(said.get('fill', 'black'))}}}{style}{edge[0]}{tex(text.strip())}{edge[1]}}}")
    anchor = {"middle": "base", "end": "base east"}.get(e.get("text-anchor", "start"), "base west")
    x, y = e.get("x", "0"), e.get("y", "0")
    return f"\\gttext{{{anchor}}}{{{x}}}{{{y}}}{{{e.get('font-size', '10')}}}{{{''.join(runs_)}}}"


DRAWN = {"rect": rect, "path": curve, "polygon": polygon, "text": words}


def begun(head: str, wide: float) -> tuple[str, str]:
    """Return what defines the units and the text of a picture that is `wide` points wide, and the beginning of it."""
    _, _, units, high = viewed(head)
    unit = wide / units
    macro = (
        f"\\newdimen\\gtunit \\gtunit={unit:.6f}bp\n"
        "\\newcommand\\gttext[5]{\\node[anchor=#1,inner sep=0pt,outer sep=0pt] at (#2,#3) {\\fontsize{#4\\gtunit}{#4\\gtunit}\\selectfont\\sffamily #5};}\n"
    )
    ground = re.search(r'class="ground"[^>]*fill="(#\w+)"', head)
    start = (
        "\\begin{tikzpicture}[x=\\gtunit,y=-\\gtunit]\n"
        f"\\path[use as bounding box{f',fill={colour(ground[1])}' if ground else ''}] (0,0) rectangle ({units:g},{high:g});"
    )
    return macro, start


def colours_of(lines: Sequence[str]) -> str:
    found = sorted({name.upper() for line in lines for name in re.findall(r'"#([0-9A-Fa-f]{6})"', line)})
    return "".join(f"\\definecolor{{gt{name}}}{{HTML}}{{{name}}}\n" for name in found)


def picture(svg: str) -> str:
    """Return one picture as a TeX document of its own, its page as large as the picture."""
    wide, high = size(svg)
    head, lines = things(svg)
    macro, start = begun(head, wide)
    body = [command for line in lines for command in commands(line)]
    page = f"\\usepackage[paperwidth={wide:g}bp,paperheight={high:g}bp,margin=0pt]{{geometry}}\n"
    return "\n".join(
        [
            f"% graphtutor; compile with pdflatex\n\\documentclass{{article}}\n{HEAD}{page}{colours_of([head, *lines])}{macro}\\pagestyle{{empty}}",
            "\\begin{document}\\enlargethispage{40pt}\\noindent",
            start,
            *body,
            "\\end{tikzpicture}%",
            "\\end{document}",
            "",
        ]
    )


def slides(svgs: Sequence[str]) -> str:
    """Return several pictures as one slide of beamer with an overlay each; what several show stands there once."""
    head, shown = through(svgs)
    wide, high = size(svgs[0])
    paper = 160.0 / 25.4 * 72  # beamer's slide is 160 mm wide, and as high as the picture asks
    macro, start = begun(head, paper)
    body = []
    for line, numbers in shown:
        drawn = "\n".join(commands(line))
        if len(numbers) == len(svgs):
            body.append(drawn)
        elif drawn:
            when = ",".join(f"{a + 1}" if a == b else f"{a + 1}-{b + 1}" for a, b in runs(numbers))
            body.append(f"\\only<{when}>{{%\n{drawn}}}")
    page = f"\\geometry{{paperwidth={paper:.3f}bp,paperheight={paper * high / wide:.3f}bp,margin=0pt}}\n\\setbeamertemplate{{navigation symbols}}{{}}\n"
    return "\n".join(
        [
            f"% graphtutor; compile with pdflatex\n\\documentclass{{beamer}}\n{HEAD}{page}{colours_of([head, *(line for line, _ in shown)])}{macro}",
            "\\begin{document}\\begin{frame}[plain]\\nointerlineskip\\noindent",
            start,
            *body,
            "\\end{tikzpicture}%",
            "\\end{frame}\\end{document}",
            "",
        ]
    )

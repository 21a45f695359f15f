"""Trees written out, and read back: the same tree, in all four forms."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from graphtutor.errors import ReadError
from graphtutor.language import write
from graphtutor.language.read import read
from graphtutor.ops import heads
from graphtutor.ops.heads import unevaluated
from graphtutor.ops.table import ROWS, TABLE

DATA = Path(__file__).parents[1] / "data"

# text → plain, Unicode, LaTeX
GOLDEN = [
    ("2*(f-y)*x0", "2*(f - y)*x0", "2·(f − y)·x₀", r"2 \cdot (f - y) \cdot x_0"),
    ("w_10*theta1 + y_hat", "w10*theta1 + y_hat", "w₁₀·θ₁ + ŷ", r"w_{10} \cdot \theta_1 + \hat{y}"),
    ("x_i - true_val", "x_i - true_val", "xᵢ − true_val", r"x_i - \mathrm{true}_{\mathrm{val}}"),
    ("(exp(x*w)/(x*w))**3", "(exp(x*w)/(x*w))**3", "(exp(x·w)/(x·w))³", r"\left(\frac{e^{x \cdot w}}{x \cdot w}\right)^3"),
    ("max(0, 1-y*f)", "max(0, 1 - y*f)", "max(0, 1 − y·f)", r"\max(0, 1 - y \cdot f)"),
    ("max(0, 1/2)", "max(0, 1/2)", "max(0, 1/2)", r"\max\left(0, \frac{1}{2}\right)"),
    ("-x*y", "-x*y", "−x·y", r"-x \cdot y"),
    ("-(x*y)", "-(x*y)", "−(x·y)", r"-(x \cdot y)"),
    ("a - (-b)", "a - (-b)", "a − (−b)", "a - (-b)"),
    ("a - (b - c)", "a - (b - c)", "a − (b − c)", "a - (b - c)"),
    ("x - 2", "x - 2", "x − 2", "x - 2"),
    ("(-2)**2", "(-2)**2", "(−2)²", "(-2)^2"),
    ("-2**2", "-2**2", "−2²", "-2^2"),
    ("x**-2", "x**(-2)", "x⁻²", "x^{-2}"),
    ("x**y**2", "x**y**2", "x^(y²)", "x^{y^2}"),
    ("x**(2/3)", "x**(2/3)", "x^(2/3)", r"x^{\frac{2}{3}}"),
    ("0.50*x**0.5", "0.50*x**0.5", "0.50·x^0.5", "0.50 \\cdot x^{0.5}"),
    ("sqrt(x+1)/sqrt(x)", "sqrt(x + 1)/sqrt(x)", "√(x + 1)/√x", r"\frac{\sqrt{x + 1}}{\sqrt{x}}"),
    ("abs(x)*abs(abs(y)-1)", "abs(x)*abs(abs(y) - 1)", "|x|·abs(|y| − 1)", r"\left|x\right| \cdot \left|\left|y\right| - 1\right|"),
    ("log(x)**2", "log(x)**2", "ln(x)²", r"\ln(x)^2"),
    ("sigmoid(x) + pi", "sigmoid(x) + pi", "σ(x) + π", r"\sigma(x) + \pi"),
    ("softmax(W@x + b)[0]", "softmax(W @ x + b)[0]", "softmax(W @ x + b)[0]", r"\operatorname{softmax}(W @ x + b)[0]"),
    ("sum(W, axis=0).T", "sum(W, axis=0).T", "sum(W, axis=0)ᵀ", r"\operatorname{sum}(W, \mathrm{axis}=0)^\top"),
    ("leaky_relu(x, 0.2)", "leaky_relu(x, slope=0.2)", "leaky_relu(x, slope=0.2)", r"\operatorname{leaky\_relu}(x, \mathrm{slope}=0.2)"),
    ("indicator(y*f < 1)", "indicator(y*f < 1)", "𝟙[y·f < 1]", r"\mathbb{1}[y \cdot f < 1]"),
    ("where(x==0, 1, 2)", "where(x == 0, 1, 2)", "where((x = 0), 1, 2)", r"\begin{cases} 1 & \text{if } x = 0 \\ 2 & \text{otherwise} \end{cases}"),
    (
        "Piecewise((x, x > 0), (2, x < -1))", "where(x > 0, x, where(x < -1, 2, nan))", "where(x > 0, x, where(x < −1, 2, nan))",
        r"\begin{cases} x & \text{if } x > 0 \\ 2 & \text{if } x < -1 \end{cases}",
    ),
    ("d/dw0 ((f-y)**2)", "d/dw0 ((f - y)**2)", "∂/∂w₀ ((f − y)²)", r"\frac{\partial}{\partial w_0} ((f - y)^2)"),
    ("not (a < b and c == d)", "not (a < b and c == d)", "not (a < b and (c = d))", r"\lnot (a < b \land (c = d))"),
    ("[a, b - 1]", "[a, b - 1]", "[a, b − 1]", r"\begin{bmatrix} a \\ b - 1 \end{bmatrix}"),
]  # fmt: skip


def same_tree(a: sp.Basic, b: sp.Basic) -> bool:
    """Structural equality by a stack: SymPy's own recurses."""
    todo = [(a, b)]
    while todo:
        x, y = todo.pop()
        if type(x) is not type(y) or len(x.args) != len(y.args) or getattr(x, "params", ()) != getattr(y, "params", ()):
            return False
        if not x.args and x != y:
            return False
        todo.extend(zip(x.args, y.args, strict=True))
    return True


def read_back(text: str, form: str) -> sp.Basic:
    return read(markup_text(ElementTree.fromstring(text)) if form == "mathml" else text)


@pytest.mark.parametrize(("text", "plain", "unicode", "latex"), GOLDEN, ids=[g[0] for g in GOLDEN])
def test_written_forms_are_what_a_person_would_write(text: str, plain: str, unicode: str, latex: str) -> None:
    tree = read(text)
    assert [write.write(tree, form) for form in ("plain", "unicode", "latex")] == [plain, unicode, latex]


def corpus() -> list[str]:
    with (DATA / "equivalence.csv").open(encoding="utf-8") as file:
        found = {row[k] for row in csv.DictReader(file) for k in ("reference", "answer", "source_function")}
    lines = (
        line["sympy"]
        for d in json.loads((DATA / "lecture_derivations.json").read_text("utf-8"))
        for line in d["lines"]
        if "Matrix" not in line["sympy"]
    )
    return sorted({*found, *lines, *(g[0] for g in GOLDEN)})


@pytest.mark.parametrize("form", write.FORMS)
def test_every_expression_of_the_corpora_reads_back_as_the_same_tree(form: str) -> None:
    trees = [(text, read(text)) for text in corpus()]
    assert [text for text, tree in trees if not same_tree(read_back(write.write(tree, form), form), tree)] == []


NAMES = st.sampled_from("x y w0 w_1 theta beta1 x_i y_hat loss L_total b".split()).map(sp.Symbol)
NUMBERS = st.sampled_from("0 1 2 12 0.5 0.50 1e-3 pi".split())
CALLED = [row for row in TABLE if row.names and row.arity == (1, 1) and len(row.params) == 0]


def texts(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.tuples(children, children)
    return st.one_of(
        st.builds(lambda op, ab: f"({ab[0]}){op}({ab[1]})", st.sampled_from(["+", "-", "*", "/", "**", " @ "]), pairs),
        st.builds("-({})".format, children),
        st.builds(lambda row, a: f"{row.names[0]}({a})", st.sampled_from(CALLED), children),
        st.builds(lambda ab: f"max({ab[0]}, {ab[1]})", pairs),
        st.builds(
            lambda sign, ab, c: f"where(({ab[0]}) {sign} ({ab[1]}), {c}, {ab[0]})",
            st.sampled_from(["<", ">=", "==", "!="]),
            pairs,
            children,
        ),
        st.builds(lambda ab, c: f"indicator(({ab[0]}) < ({ab[1]}) and not ({c}) > 0 or ({c}) == 1)", pairs, children),
        st.builds(lambda a: f"({a})[0, 1:]", children),
        st.builds(lambda a: f"softmax({a}, axis=0).T", children),
        st.builds(lambda ab: f"[{ab[0]}, {ab[1]}]", pairs),
        st.builds(lambda a: f"d/dx ({a})", children),
    )


EXPRESSIONS = st.recursive(st.one_of(NAMES.map(str), NUMBERS, NUMBERS.map("-{}".format)), texts, max_leaves=8)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(EXPRESSIONS)
def test_whatever_is_read_is_written_so_that_it_reads_as_the_same_tree(text: str) -> None:
    try:
        tree = read(text)
    except ReadError:
        return
    for form in write.FORMS:
        written = write.write(tree, form)
        assert same_tree(read_back(written, form), tree), (form, written)


@pytest.mark.parametrize("form", write.FORMS)
def test_a_tree_of_any_depth_is_written_without_recursion(form: str) -> None:
    tree: sp.Basic = sp.Symbol("x")
    for _ in range(5000):
        tree = unevaluated(sp.sin, tree)
        tree.is_commutative  # noqa: B018 - asked from the leaves up, as the reader does
    assert write.write(tree, form).count("sin") == 5000


def test_what_sympy_has_sorted_is_written_tidily_on_request() -> None:
    x, y, f = sp.symbols("x y f")
    assert write.write(f - 2, tidy=True) == "f - 2"
    assert write.write(x**2 - 3 * x * y, tidy=True) == "x**2 - 3*x*y"
    assert write.write(sp.Piecewise((x, x > 0), (0, True)), "unicode") == "where(x > 0, x, 0)"
    assert write.write(sp.Max(0, x) + sp.Heaviside(y, 0), tidy=True) in (
        "max(0, x) + step(y, at_zero=0)",
        "step(y, at_zero=0) + max(0, x)",
    )
    assert write.write(1 / x, "latex", tidy=True) == r"\frac{1}{x}"


def test_terms_of_a_long_sum_that_open_with_a_minus_are_subtracted() -> None:
    x, y, z = sp.symbols("x y z")
    tree = unevaluated(sp.Add, x, unevaluated(sp.Mul, sp.Integer(-3), y), unevaluated(sp.Mul, sp.S.NegativeOne, z))
    assert [write.write(tree, form) for form in ("plain", "unicode")] == ["x - 3*y - z", "x − 3·y − z"]


def test_numbers_keep_their_text() -> None:
    assert write.write(heads.Decimal(params=(Fraction(1, 2), "0.50"))) == "0.50"
    assert write.write(sp.Rational(-1, 2), "latex") == r"-\frac{1}{2}"


def test_every_row_that_a_person_can_call_is_written_in_all_forms() -> None:
    for row in TABLE:
        if row.names and row.name not in ("reshape", "concatenate"):
            parts = [write.Part(name, 70) for name in "abc"][: row.arity[0]]
            for form in write.FORMS:
                written = write.operation(row, parts, tuple(d for _, d in row.params), form)
                assert all(p.text in written.text for p in parts), (row.name, form, written)


def test_operators_bracket_what_binds_less() -> None:
    loose = write.Part("a + b", 20)
    assert write.operation(ROWS["mul"], [loose, loose], (), "plain").text == "(a + b)*(a + b)"
    assert write.operation(ROWS["div"], [loose, loose], (), "latex").text == r"\frac{a + b}{a + b}"


# ----- MathML as text, to read it back -----
LEAVES = {"mi", "mn", "mo", "mtext", "ms"}
GROUPS = {"math", "mrow", "mstyle", "mpadded", "semantics", "mtd"}
PAIRS = {"|": "abs", "‖": "norm"}
SIGNS = {"\u2061": "", "\u2062": "*", "\u2063": "", "⊤": ".T", "·": "*"}


def markup_text(root: Element) -> str:
    """Return the text of an element, by its own stack."""
    done: dict[Element, str] = {}
    todo: list[tuple[Element, bool]] = [(root, False)]
    while todo:
        element, ready = todo.pop()
        if ready:
            done[element] = element_text(element, [done[child] for child in element])
        else:
            todo.append((element, True))
            todo.extend((child, False) for child in element)
    return done[root]


def element_text(element: Element, parts: list[str]) -> str:
    tag = element.tag.rpartition("}")[2]
    if tag in LEAVES:
        text = (element.text or "").strip()
        return SIGNS.get(text, text)
    if tag in GROUPS:
        return row(element, parts)
    if tag in SHAPES and len(parts) == SHAPES[tag][0]:
        if parts[-1] == ".T":
            return f"({parts[0]}).T"
        return (
            operator(parts)
            if tag == "mfrac" and parts[0] == "∂"
            else SHAPES[tag][1].format(*parts, base=base(parts[0]))
        )
    if tag == "msqrt":
        return f"sqrt({' '.join(parts)})"
    if tag in ("mtable", "mtr"):
        return " ".join(parts)
    raise AssertionError(f"<{tag}> with {len(parts)} parts is no markup that is written")


SHAPES = {
    "mfrac": (2, "(({0})/({1}))"),
    "msup": (2, "{base}^({1})"),
    "msub": (2, "{0}_{1}"),
    "mroot": (2, "({0})^(1/({1}))"),
}


def base(text: str) -> str:
    return text if text.replace("_", "").isalnum() else f"({text})"


def operator(parts: list[str]) -> str:
    return f"d/d{parts[1].removeprefix('∂').strip()} "


def row(element: Element, parts: list[str]) -> str:
    """Return a row: bars of one row are an absolute value or a norm, a brace with a table is a choice."""
    if len(parts) > 2 and parts[0] == parts[-1] and parts[0] in PAIRS:
        return f"{PAIRS[parts[0]]}({' '.join(parts[1:-1])})"
    if len(element) == 2 and parts[0] == "{" and element[1].tag.endswith("mtable"):
        return cases(element[1])
    return " ".join(p for p in parts if p).replace(" [", "[")


def cases(table: Element) -> str:
    """Return a table of values and conditions as nested choices."""
    text = "nan"
    for line in reversed(list(table)):
        value, condition = (markup_text(cell) for cell in line)
        condition = condition.removeprefix("if").strip()
        text = value if condition == "otherwise" else f"where(({condition}), {value}, {text})"
    return text

r"""Index and matrix notation as books write them, graded: right in any spelling, wrong ones stay wrong.

The truth is the adjoint's, which other tests hold against SymPy and central differences.
"""

from __future__ import annotations

from typing import Any

import pytest

import graphtutor as gt
from graphtutor.errors import ReadError
from graphtutor.language.read import derivation, read, reading

SOFTMAX: dict[str, Any] = {
    "expression": "L = -sum(y*log(softmax(z)))",
    "wrt": "z",
    "shapes": {"z": 3, "y": 3},
    "definitions": {"p": "softmax(z)"},
}
PICKED: dict[str, Any] = {
    "expression": "L = -log(softmax(z)[k])",
    "wrt": "z",
    "shapes": {"z": 4},
    "constants": {"k": 2},
    "definitions": {"p": "softmax(z)"},
}
LAYER: dict[str, Any] = {"expression": "L = sum((W@x - y)**2)", "wrt": "W", "shapes": {"W": (3, 2), "x": 2, "y": 3}}
ROWS: dict[str, Any] = {"expression": "L = mean((X@w - y)**2)", "wrt": "w", "shapes": {"X": (4, 3), "w": 3, "y": 4}}
LOGISTIC: dict[str, Any] = {
    "expression": "L = -mean(y*log(sigmoid(X@w)) + (1-y)*log(1-sigmoid(X@w)))",
    "wrt": "w",
    "shapes": {"X": (4, 3), "w": 3, "y": 4},
}
HIDDEN: dict[str, Any] = {"expression": "L = sum(sigmoid(H@W))", "wrt": "W", "shapes": {"H": (4, 3), "W": (3, 2)}}
TANH: dict[str, Any] = {
    "expression": "L = sum(v*tanh(A@u + c))",
    "wrt": "c",
    "shapes": {"A": (3, 2), "u": 2, "c": 3, "v": 3},
    "definitions": {"h": "tanh(A@u + c)", "s": "A@u + c"},
}
LINEAR: dict[str, Any] = {"expression": "L = sum(M@q)", "wrt": "q", "shapes": {"M": (3, 2), "q": 2}}
GATE: dict[str, Any] = {"expression": "L = sum(softmax(f)[0]*g)", "wrt": "g", "shapes": {"f": 2, "g": 2}}

CLASS: dict[str, Any] = {
    "expression": "p = softmax(z); L = -log(p[k])",
    "wrt": "z",
    "shapes": {"z": 3},
    "constants": {"k": 1},
}
NAMELESS: dict[str, Any] = {
    "expression": "L = -log(softmax(a)[c])",
    "wrt": "a",
    "shapes": {"a": 4},
    "constants": {"c": 0},
}
BILINEAR: dict[str, Any] = {"expression": "L = v@(W@x)", "wrt": "W", "shapes": {"W": (2, 3), "x": 3, "v": 2}}
WEIGHED: dict[str, Any] = {"expression": "p = softmax(z)\nL = sum(a*p)", "wrt": "z", "shapes": {"z": 3, "a": 3}}


def by(problem: dict[str, Any], wrt: str) -> dict[str, Any]:
    return {**problem, "wrt": wrt}


RIGHT: list[tuple[dict[str, Any], list[str]]] = [
    (SOFTMAX, ["p_i - y_i", "dL/dz_i = p_i - y_i", r"\frac{\partial L}{\partial z_j} = p_j - y_j", "∂L/∂zₖ = pₖ − yₖ", "dL/dz_j = softmax(z)_j - y_j",
               r"\frac{\partial L}{\partial z_j} = \sum_i y_i (p_j - \delta_{ij})", "p - y", "dL/dz_i = e^{z_i}/Σ_j e^{z_j} - y_i"]),
    (PICKED, ["p - e_k", "p - onehot(k)", r"p_i - \delta_{ik}", r"\frac{\partial L}{\partial z_i} = p_i - \mathbf{1}[i = k]", "dL/dz_i = p_i - δ_ik", r"p - \mathbf{e}_k", "softmax(z) - one_hot(k, 4)"]),
    (LAYER, ["2(Wx - y) x^T", r"\frac{\partial L}{\partial W_{ij}} = 2(\sum_k W_{ik}x_k - y_i)x_j", "dL/dW_ij = 2 (Σ_k W_ik x_k - y_i) x_j"]),
    (by(LAYER, "x"), ["2 W^T (Wx - y)", r"\frac{\partial L}{\partial x_j} = 2\sum_i (\sum_k W_{ik}x_k - y_i) W_{ij}", "2 Wᵀ(Wx − y)"]),
    (by(LAYER, "y"), ["-2(Wx - y)", r"\frac{\partial L}{\partial y_i} = -2(\sum_j W_{ij} x_j - y_i)"]),
    (ROWS, [r"\frac{2}{m}\sum_{i=1}^{m} (w^T x_i - y_i) x_i", r"\frac{1}{m}\sum_i 2(x_i^T w - y_i) x_i", r"\frac{2}{4}\sum_{i=1}^{4} (w^T x_i - y_i) x_i",
            r"\frac{\partial L}{\partial w_j} = \frac{2}{m}\sum_{i=1}^m (w^T x_i - y_i) x_{ij}", r"\frac{2}{n} X^T (Xw - y)", "2/n Σ_i (wᵀx_i − y_i) x_i"]),
    (LOGISTIC, [r"\frac{1}{m}\sum_{i=1}^{m} (\sigma(w^T x_i) - y_i) x_i", r"\frac{1}{n}\sum_{i} (\sigma(x_i^\top w) - y_i) x_i", r"\frac{1}{m} X^T(\sigma(Xw) - y)",
                r"\frac{\partial L}{\partial w_j} = \frac{1}{m}\sum_{i=1}^{m} (\sigma(w^T x_i) - y_i) x_{ij}"]),
    (HIDDEN, [r"H^T \sigma(HW)(1-\sigma(HW))", r"H^T (\sigma(HW) \odot (1 - \sigma(HW)))", r"H^\top \sigma'(HW)", "Hᵀ σ(HW)(1 − σ(HW))", r"H^T [\sigma(HW) (1-\sigma(HW))]"]),
    (by(HIDDEN, "H"), [r"\sigma'(HW) W^T", r"\sigma(HW)(1-\sigma(HW)) W^T", "(σ(HW) ⊙ (1 − σ(HW))) Wᵀ"]),
    (TANH, ["v ⊙ (1 - h ⊙ h)", "diag(1 - h^2) v", "v_i (1 - h_i^2)", "dL/dc_i = v_i(1 - h_i²)", r"v \odot \tanh'(s)", r"\operatorname{diag}(\tanh'(s)) v", "v(1 - tanh(s)^2)"]),
    (by(TANH, "A"), ["diag(tanh'(Au + c)) v u^T", r"(v \odot \tanh'(s)) u^T", "∂L/∂A_ij = v_i (1 - h_i^2) u_j", r"\frac{\partial L}{\partial A_{ij}} = v_i(1 - h_i^2)u_j"]),
    (by(TANH, "u"), ["A^T diag(1-h^2) v", "Aᵀ(v ⊙ (1 − h²))", "A^T v(1 - h^2)", r"\frac{\partial L}{\partial u_j} = \sum_i v_i (1-h_i^2) A_{ij}"]),
    (LINEAR, ["M^T 1", r"M^T \mathbf{1}", r"\mathbf{1}^T M", "Mᵀ1", "1ᵀ M", r"\sum_i M_{ij}", r"\frac{\partial L}{\partial q_j} = \sum_{i=1}^{3} M_{ij}"]),
    (by(LINEAR, "M"), [r"\mathbf{1} q^T", "dL/dM_ij = q_j", "[1, 1, 1] q^T"]),
]  # fmt: skip
RIGHT += [
    (CLASS, ["p - onehot(k)", "softmax(z) - onehot(k)", r"p_i - \delta_{ik}", "p_j - δ_jk", "p - e_k", "dL/dz_i = p_i - 1[i = k]", r"-\delta_{ik} + p_i"]),
    (NAMELESS, [r"p_i - \delta_{ic}", "p - e_c", "softmax(a) - onehot(c)", "dL/da_j = p_j - δ_jc"]),
    (BILINEAR, [r"\frac{\partial L}{\partial W_{ij}} = v_i x_j", r"\frac{\partial L}{\partial W_{ji}} = v_j x_i", "v_i x_j", "v x^T"]),
    (WEIGHED, [r"\frac{\partial L}{\partial z_j} = \sum_i a_i p_i(\delta_{ij} - p_j)", "p_j (a_j - Σ_i a_i p_i)", "p ⊙ (a - aᵀp)", "diag(p) a - p p^T a"]),
]  # fmt: skip

WRONG: list[tuple[dict[str, Any], list[str]]] = [
    (SOFTMAX, ["y_i - p_i", "dL/dz_i = p_i (1 - y_i)", r"\frac{\partial L}{\partial z_j} = \sum_i y_i(\delta_{ij} - p_j)", "p_i y_i", "dL/dz_i = p_i - 2y_i"]),
    (PICKED, ["e_k - p", r"p_i + \delta_{ik}", r"p_i - \mathbf{1}[i \ne k]", "p - onehot(1)", "p_i"]),
    (LAYER, ["(Wx - y) x^T", r"\frac{\partial L}{\partial W_{ij}} = 2(\sum_k W_{ik}x_k - y_i)x_k^2", r"\frac{\partial L}{\partial W_{ij}} = 2(\sum_k W_{ik}x_k + y_i)x_j"]),
    (by(LAYER, "x"), [r"\frac{\partial L}{\partial x_j} = \sum_i (\sum_k W_{ik}x_k - y_i) W_{ij}", "2 W^T (Wx + y)"]),
    (ROWS, [r"\frac{2}{m}\sum_{i=1}^{m} (w^T x_i + y_i) x_i", r"2\sum_{i=1}^{m} (w^T x_i - y_i) x_i", r"\frac{1}{m}\sum_i (x_i^T w - y_i) x_i"]),
    (LOGISTIC, [r"\frac{1}{m}\sum_{i=1}^{m} (y_i - \sigma(w^T x_i)) x_i", r"\sum_{i=1}^{m} (\sigma(w^T x_i) - y_i) x_i"]),
    (HIDDEN, [r"H^T \sigma(HW)", r"H^T \sigma(HW)(1+\sigma(HW))", r"H^T \sigma'(HW)^2"]),
    (TANH, ["v ⊙ h", "diag(1 - h) v", "v_i (1 + h_i^2)", "v(1 - h)"]),
    (by(TANH, "A"), ["∂L/∂A_ij = v_i h_i u_j", "diag(tanh'(Au + c)) u v^T", "∂L/∂A_ij = v_j (1 - h_j^2) u_i"]),
    (LINEAR, ["M 1", r"\sum_j M_{ij}", "2 M^T 1", r"M^T \mathbf{1}/3"]),
]  # fmt: skip
WRONG += [
    (CLASS, ["onehot(k) - p", r"p_i + \delta_{ik}", "dL/dz_i = p_i - 1[i != k]", "p - onehot(0)"]),
    (BILINEAR, [r"\frac{\partial L}{\partial W_{ij}} = v_j x_i", "v_j x_i", "x v^T", "v_i x_i"]),
    (WEIGHED, [r"\frac{\partial L}{\partial z_j} = \sum_i a_i p_i(\delta_{ij} + p_j)", "p_j (a_j + Σ_i a_i p_i)", "a_j p_j"]),
]  # fmt: skip


def graded(problem: dict[str, Any], answer: str) -> Any:
    options = dict(problem)
    return gt.grade(options.pop("expression"), answer, **options)


@pytest.mark.parametrize(("problem", "answer"), [(p, a) for p, answers in RIGHT for a in answers])
def test_index_and_matrix_notation_of_the_right_answer_is_right(problem: dict[str, Any], answer: str) -> None:
    assert graded(problem, answer).correct is True


@pytest.mark.parametrize(("problem", "answer"), [(p, a) for p, answers in WRONG for a in answers])
def test_a_wrong_answer_in_index_or_matrix_notation_stays_wrong(problem: dict[str, Any], answer: str) -> None:
    assert graded(problem, answer).correct is not True


VECTORS: dict[str, Any] = {"shapes": {"W": (3, 2), "x": 2, "y": 3, "z": 3, "A": (2, 2)}, "constants": {"k": 1}}


@pytest.mark.parametrize(
    ("text", "same_as"),
    [("y_i z_i", "y*z"), ("Σ_i y_i z_i", "y[0]*z[0] + y[1]*z[1] + y[2]*z[2]"), (r"\delta_{12}", "0"), (r"\delta_{33}", "1"), ("y_i - z_i", "y - z"),
     ("softmax(z)_0*(1 - softmax(z)_0)", "softmax(z)[0]*(1 - softmax(z)[0])"), ("softmax(z)_i", "softmax(z)"), (r"\delta_{ik} y_i", "[0*y[0], 1*y[1], 0*y[2]]"),
     ("W_ij x_j", "[[W[0,0]*x[0], W[0,1]*x[1]], [W[1,0]*x[0], W[1,1]*x[1]], [W[2,0]*x[0], W[2,1]*x[1]]]"), ("y_1 + y_3", "y[0] + y[2]"),
     ("A^{-1} x", "inv(A) @ x"), ("A⁻¹ x", "inv(A) @ x")],
)  # fmt: skip
def test_index_notation_is_the_vector_that_it_spells(text: str, same_as: str) -> None:
    assert str(read(text, **VECTORS)) == str(read(same_as, **VECTORS))


@pytest.mark.parametrize(
    ("text", "note"),
    [("y_i - z_i", "read the entries with index i as whole vectors"), ("W_ij x_j", "read as the matrix of all i, j"), ("y_1 + y_3", "counted the entries of y from 1"),
     ("w_i + 0*w_i", "read w with an index as a row of W"), ("z y", "read a product of two vectors as their dot product; ⊙ multiplies entry by entry"),
     ("A^2", "read the power of a matrix as the power of each entry"), ("A^{-1} x", "read ^(-1) of a matrix as its inverse")],
)  # fmt: skip
def test_what_was_chosen_is_noted(text: str, note: str) -> None:
    assert note in reading(text, **VECTORS).assumed


@pytest.mark.parametrize(
    ("text", "message"),
    [("W_ij y_k x_l z_m", "have no ends|cannot"), ("onehot(y)", "whole number|number"), ("A**(-1)", "inverse")],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(text: str, message: str) -> None:
    with pytest.raises(ReadError, match=message):
        read(text, shapes=VECTORS["shapes"])


def test_a_jacobian_in_index_notation_has_the_order_of_its_left_side() -> None:
    claims = derivation(
        r"\frac{\partial p_i}{\partial z_j} = p_i(\delta_{ij} - p_j)",
        definitions={"p": "softmax(z)"},
        shapes={"z": 3},
        wrt="z",
    )
    (claim,) = claims
    assert (claim.of, claim.wrt, claim.parts[0].shape) == ("p", "z", (3, 3))


@pytest.mark.parametrize(("sign", "first"), [("-", None), ("+", 0)])
def test_a_jacobian_is_judged_as_a_line(sign: str, first: int | None) -> None:
    lines = [
        rf"\frac{{\partial p_i}}{{\partial z_j}} = p_i(\delta_{{ij}} {sign} p_j)",
        r"\frac{\partial L}{\partial z_j} = \sum_i a_i p_i(\delta_{ij} - p_j)",
    ]
    options = dict(WEIGHED)
    assert gt.grade(options.pop("expression"), lines, **options).first_wrong == first


def test_names_without_vectors_keep_their_subscripts() -> None:
    assert str(read("p_i - y_i")) == "p_i - y_i"
    assert str(read("x_n", names=["x_n"])) == "x_n"

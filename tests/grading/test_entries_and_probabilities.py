"""One entry of a gradient or Jacobian, named on the left; and p where the problem has the probabilities inside an operation."""

import pytest

import graphtutor as gt

Z = {"z": 3, "y": 3}
CE = ("p = softmax(z); L = -sum(y*log(p))", Z, "z")
SOFTMAX = ("p = softmax(z)", {"z": 3}, "z")
LAYER = ("p = softmax(W@x); L = -sum(y*log(p))", {"W": (3, 2), "x": 2, "y": 3}, "W")
TANH = ("h = tanh(W@x); L = sum(h**2)", {"W": (2, 3), "x": 3}, "W")
SQUARES = ("L = sum(r**2)", {"r": 4}, "r")
LOGITS = ("q = softmax(s); L = -log(q[2])", {"s": 3}, "s")
NORM = ("L = sum(u*v)", {"u": 2, "v": 2}, "u")

RIGHT_SO_FAR = [
    (SOFTMAX, "∂p_1/∂z_2 = p_1(δ_12 - p_2)"),
    (SOFTMAX, "∂p_1/∂z_1 = p_1(1 - p_1)"),
    (SOFTMAX, r"\frac{\partial p_1}{\partial z_2} = -p_1 p_2"),
    (SOFTMAX, "∂p_1/∂z_3 = -p_1p_3"),
    (SOFTMAX, "dp_0/dz_1 = -p_0 p_1"),
    (CE, "dL/dz_1 = p_1 - y_1"),
    (CE, "dL/dz[0] = p[0] - y[0]"),
    (CE, "dz_2 = p_2 - y_2"),
    (LAYER, "∂L/∂W_{12} = (p_1-y_1)x_2"),
    (LAYER, "∂L/∂W_{01} = (p_0-y_0)x_1"),
    (TANH, "∂L/∂W_{13} = 2 h_1 (1 - h_1^2) x_3"),
    (SQUARES, "dL/dr_4 = 2 r_4"),
    (SQUARES, "dL/dr[3] = 2*r[3]"),
    (LOGITS, "dL/ds_0 = q_0"),
    (NORM, "dL/du_1 = v_1"),
]
WRONG = [
    (SOFTMAX, "∂p_1/∂z_2 = p_1(1 - p_2)"),
    (SOFTMAX, "∂p_2/∂z_1 = -p_2 p_3"),  # counted from 1 on both sides, for there is a 3
    (SOFTMAX, "∂p_1/∂z_1 = -p_1^2"),
    (CE, "dL/dz_1 = p_1 + y_1"),
    (CE, "dL/dz[0] = p[0] - y[1]"),
    (LAYER, "∂L/∂W_{12} = (p_1-y_1)x_1"),
    (LAYER, "∂L/∂W_{12} = (p_2-y_2)x_1"),
    (TANH, "∂L/∂W_{13} = 2 h_1 (1 - h_1^2) x_1"),
    (SQUARES, "dL/dr_4 = r_4"),
    (LOGITS, "dL/ds_2 = q_2"),
]
WHOLE = [
    (CE, "dL/dz_1 = p_1-y_1\ndL/dz_2 = p_2-y_2\ndL/dz_3 = p_3-y_3"),
    (CE, "dz_0 = p_0-y_0\ndz_1 = p_1-y_1\ndz_2 = p_2-y_2"),
    (NORM, "dL/du_1 = v_1\ndL/du_2 = v_2"),
    (SQUARES, "\n".join(f"dL/dr[{k}] = 2 r[{k}]" for k in range(4))),
]


@pytest.mark.parametrize(("problem", "answer"), RIGHT_SO_FAR)
def test_one_entry_named_on_the_left_is_right_and_not_all_that_is_asked(problem, answer):
    text, shapes, wrt = problem
    grade = gt.grade(text, answer, wrt=wrt, shapes=shapes)
    assert grade.first_wrong is None and grade.lines[0].status == "right"
    assert "in some entries only" in grade.message


@pytest.mark.parametrize(("problem", "answer"), WRONG)
def test_a_wrong_entry_is_wrong(problem, answer):
    text, shapes, wrt = problem
    grade = gt.grade(text, answer, wrt=wrt, shapes=shapes)
    assert grade.correct is False and grade.first_wrong == 0


@pytest.mark.parametrize(("problem", "answer"), WHOLE)
def test_all_entries_make_the_gradient(problem, answer):
    text, shapes, wrt = problem
    assert gt.grade(text, answer, wrt=wrt, shapes=shapes).correct is True


@pytest.mark.parametrize(
    ("problem", "answer", "shapes", "constants"),
    [
        ("L = cross_entropy(z, y)", "p - y", Z, {}),
        ("L = cross_entropy(z, y)", r"\hat{y} - y", Z, {}),
        ("L = cross_entropy(W@z, y)", "(p - y) z^T", {"W": (3, 2), "z": 2, "y": 3}, {}),
        ("L = -sum(y*log_softmax(z))", "p - y", Z, {}),
        ("L = -log_softmax(z)[k]", "p - onehot(k)", {"z": 3}, {"k": 1}),
        ("L = -log_softmax(z)[k]", "p - y", {"z": 3}, {"k": 1}),
        ("L = softplus(z) - y*z", "p - y", None, {}),
        ("L = softplus(a*z)", "a*p", None, {}),
    ],
)
def test_p_is_the_probability_that_an_operation_holds(problem, answer, shapes, constants):
    wrt = "W" if "W" in problem else "z"
    assert gt.grade(problem, answer, wrt=wrt, shapes=shapes, constants=constants).correct is True
    wrong = answer.replace("p - ", "p + ").replace("a*p", "p").replace("} - y", "} + y")
    assert gt.grade(problem, wrong, wrt=wrt, shapes=shapes, constants=constants).correct is not True


@pytest.mark.parametrize("letters", ["p = f_c", "p = q_k", "p = f_{true}", "p = s_j"])
def test_a_letter_below_a_number_is_no_index(letters):
    from graphtutor.grading.asked.task import lettered, task

    asked = lettered(task("-log(p)", wrt="p", shapes={"p": ()}), f"L = -log(p), where {letters} is what was predicted.")
    assert gt.grade(asked, f"-1/{letters.removeprefix('p = ')}").correct is True
    assert gt.grade(asked, "-1/p").correct is True


@pytest.mark.parametrize(
    "body",
    [
        "torch.where(x > 0, 1.0, 0.0)",
        "torch.where(x > 0, torch.tensor(1.0), torch.tensor(0.0))",
        "torch.where(x > 0, torch.ones_like(x), torch.zeros_like(x))",
        "np.where(np.asarray(x) > 0, np.ones_like(x), 0)",
        "torch.where(x > 0, torch.ones_like(x), torch.zeros(()))",
    ],
)
def test_choices_between_plain_numbers_are_read(body):
    assert gt.grade("max(x, 0)", {"code": f"def f(x):\n    return {body}"}, wrt="x").correct is True
    other = body.replace("> 0", "> 1")
    assert gt.grade("max(x, 0)", {"code": f"def f(x):\n    return {other}"}, wrt="x").correct is False

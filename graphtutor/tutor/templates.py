"""The texts of new exercise files: complete and right as they stand, to be changed."""

from __future__ import annotations

import json

from ..errors import LearnerError

HEAD = """\
format_version = 1
id = {name}
kind = "{kind}"
title = {title}
"""
TEMPLATES = {
    "expression": """\
prompt = "L = (w*x - y)^2. Find dL/dw."
program = "L = (w*x - y)**2"
wrt = "w"
accept = ["2*x*(w*x - y)"]
hints = [
    "A square: which function is inside?",
    "Outside 2*(w*x - y); inside, only w*x moves with w.",
    "The inner derivative is the factor beside w.",
]
variants = [{ w = "w", x = "x" }, { w = "a", x = "t" }]

[[wrong]]
answer = "2*(w*x - y)"
misconceptions = ["chain.missing-inner", "local.dropped"]
why = "the inner derivative is missing"
""",
    "numbers": """\
prompt = "{{at}}, and L = (w*x - y)^2. Give L and dL/dw."
program = "L = (w*x - y)**2"
at = { w = 2, x = 3, y = 5 }
digits = 2
hints = [
    "The difference first.",
    "L is its square.",
    "dL/dw is twice the difference times x.",
]
vary = { w = [2, -1, 4], x = [3, -1, 2] }

[[asks]]
label = "L"
formula = "L"

[[asks]]
label = "dL/dw"
formula = "dL_dw"

[[wrong]]
answer = { "dL/dw" = "2*(w*x - y)" }
misconceptions = ["chain.missing-inner"]
why = "the inner derivative x is missing"
""",
    "sheet": """\
prompt = "{{program}}Fill in the sheet at {{at}}."
program = '''
u = w*x
e = u - y
L = e**2
'''
at = { w = 2, x = 3, y = 5 }
digits = 2
hints = [
    "The values first, from the top.",
    "Each local gradient needs only its own line.",
    "From the last line to the first: what arrives, times the local gradient.",
]
vary = { w = [2, -1, 4], x = [3, 1, 2] }

[[wrong]]
answer = { "e.local.y" = "1" }
misconceptions = ["sign.table"]
why = "y enters with a minus"
""",
    "choice": """\
prompt = "Which holds for every x? (All letters that do.)"
hints = [
    "Try x = 1.",
    "Try x = -1.",
    "One of the two squares what the other keeps.",
]

[[options]]
text = "x^2 is never negative"
claims = [["x**2", ">=", "0"]]

[[options]]
text = "x^3 is never negative"
claims = [["x**3", ">=", "0"]]
why = "try x = -1"
""",
    "gradients": """\
prompt = "L = (f - y)^2 with f = w*x + b. Give dL/dw and dL/db."
program = '''
f = w*x + b
L = (f - y)**2
'''
wrt = ["w", "b"]
hints = [
    "The outer derivative is the same for both.",
    "Only the inner one differs: df/dw and df/db.",
    "What stands beside w in f, and what beside b?",
]

[[accept]]
w = "2*x*(f - y)"
b = "2*(f - y)"

[[wrong]]
answer = { w = "2*x*(f - y)", b = "2*b*(f - y)" }
why = "b is added, not multiplied: df/db = 1"
""",
    "derivation": """\
prompt = "L = (w*x - y)^2. Derive dL/dw line by line; d/dw (...) may stand in a line."
program = "L = (w*x - y)**2"
wrt = "w"
accept = [["d/dw ((w*x - y)**2)", "2*(w*x - y)*d/dw (w*x - y)", "2*(w*x - y)*x"]]
hints = [
    "The first line states the task.",
    "Then the chain rule: the outer derivative, times that of what is inside.",
    "The inner derivative is the factor beside w.",
]

[[wrong]]
answer = ["2*(w*x - y)*d/dw (w*x - y)", "2*(w*x - y)*(x - y)"]
why = "y does not depend on w, so its derivative is 0"
""",
    "local": """\
prompt = "{{program}}What is the local gradient of L with respect to e, as a formula?"
program = '''
e = w*x - y
L = e**2
'''
node = "L"
wrt = "e"
accept = ["2*e"]
hints = [
    "Only the node itself counts: L = e^2.",
    "The power rule.",
    "The 2 becomes a factor, and one power of e is left.",
]

[[wrong]]
answer = "2*x*e"
why = "that goes on to w; local means the node L alone"
""",
    "find-line": """\
prompt = "Which is the first wrong line? (Its number, counting from 1, or none.)"
program = "L = (w*x - y)**2"
wrt = "w"
lines = [
    "d/dw ((w*x - y)**2)",
    "2*(w*x - y)*d/dw (w*x - y)",
    "2*(w*x - y)*w",
    "2*w*(w*x - y)",
]
hints = [
    "Put in small numbers: w = 1, x = 2, y = 1.",
    "Each line should have the same value there.",
    "Which line takes the derivative of w*x?",
]

[[wrong]]
answer = "4"
why = "line 4 follows from line 3; the slip is earlier"
""",
    "code": """\
prompt = "Write slope(x, w, y), which returns dL/dw of L = (w*x - y)^2."
program = "L = (w*x - y)**2"
wrt = "w"
function = "slope"
args = { x = "x", w = "w", y = "y" }
accept = [
    '''
def slope(x, w, y):
    return 2 * x * (w*x - y)
''',
]
hints = [
    "The formula of dL/dw is the one derived by hand.",
    "def slope(x, w, y): and one return.",
    "Twice the error, times what stands beside w.",
]

[[wrong]]
answer = '''
def slope(x, w, y):
    return 2 * (w*x - y)
'''
why = "the inner derivative x is missing"
""",
    "solve": """\
prompt = "Where does the line w*x + b cross 0? Solve for x."
program = "w*x + b"
assume = { w = "nonzero" }
wrt = "x"
accept = ["-b/w"]
hints = [
    "Set w*x + b to 0.",
    "Bring b to the other side.",
    "Then divide by the weight of x.",
]

[[wrong]]
answer = "b/w"
why = "b changes its sign on the way to the other side"
""",
}


def template(name: str, title: str, kind: str) -> str:
    """Return the text of a new exercise file, complete and right, to be changed."""
    if kind not in TEMPLATES:
        raise LearnerError(f"no template for '{kind}'; there is one for {', '.join(TEMPLATES)}")
    quoted = {
        "name": json.dumps(name, ensure_ascii=False),
        "title": json.dumps(title, ensure_ascii=False),
    }  # JSON's strings are TOML's too
    return HEAD.format(kind=kind, **quoted) + TEMPLATES[kind]

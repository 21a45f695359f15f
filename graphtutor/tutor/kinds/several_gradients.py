"""Several derivatives at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta

from . import Question, Worded, Wrong, maths

if TYPE_CHECKING:
    from ...grading.asked.task import Task


class Gradients(Worded, frozen=True, kw_only=True, tag="gradients"):
    """Several derivatives at once: name → formula."""

    program: str
    wrt: tuple[str, ...]
    accept: Annotated[tuple[dict[str, str], ...], Meta(min_length=1)]
    wrong: Annotated[tuple[Wrong[dict[str, str]], ...], Meta(min_length=1)]

    MINUTES = 4
    TEMPLATE = """\
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
"""

    def questions(self) -> list[Question]:
        return [Question(name, f"d{self.output_name}/d{name}") for name in self.wrt]

    def wrong_trees(self, asked: Task, answer: Any) -> dict[str, Any]:
        found = {name: maths.wrong_tree(maths.renewed(asked, wrt=(name,)), text) for name, text in answer.items()}
        return {name: tree for name, tree in found.items() if tree is not None}

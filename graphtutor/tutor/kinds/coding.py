"""A Python function to write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta

from ...text import several
from . import Exercise, Question, Worded, Wrong, indented, maths, said, sentence

if TYPE_CHECKING:
    from ...grading.asked.task import Task
    from ...grading.told.grades import Grade
    from ..heard import Heard


class Code(Worded, frozen=True, kw_only=True, tag="code"):
    """A Python function to write: the derivative by `wrt`, or without `wrt` the output itself. `args`: its parameters → names."""

    program: str
    wrt: str = ""
    function: str
    args: dict[str, str | list[str]]
    accept: Annotated[tuple[str, ...], Meta(min_length=1)]
    wrong: Annotated[tuple[Wrong[str], ...], Meta(min_length=1)]

    MINUTES = 6
    FORM = "code"
    TEMPLATE = """\
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
"""

    def questions(self) -> list[Question]:
        return [Question("", "code", lines=True)]

    def from_text(self, text: str) -> str:
        return text

    def checked(self, answer: Any) -> Any:
        if isinstance(answer, Mapping) and isinstance(answer.get("code"), str):
            return answer["code"]
        return Exercise.checked(self, answer)

    def heard(self, key: str, text: str) -> list[Heard]:
        return maths.code_heard(text, self.function, self.args)

    def handed(self, answer: Any) -> Any:
        return {"code": answer, "function": self.function, "args": self.args}

    def wrong_trees(self, asked: Task, answer: Any) -> dict[str, Any]:
        return {"": maths.as_tree(maths.read_code(answer)(self.function, self.args))}

    def worded(self, asked: Task, found: Grade, answer: Any) -> Grade:
        """Return the Grade of a wrong answer; of a step of descent also which gradients see parameters that were changed before."""
        told = super().worded(asked, found, answer)
        early = {} if told.misconceptions else maths.early(asked, self.wrong_trees(asked, answer)[""])
        if not early:
            return told
        seen = several(dict.fromkeys(name for names in early.values() for name in names))
        which = f"gradient by {several(early)} is" if len(early) == 1 else f"gradients by {several(early)} are"
        why = f"the {which} worked out with the new {seen}; all gradients belong before the first update"
        slip = maths.Misconception("update.sequential", hint=sentence(why))
        return maths.renewed(told, message=said(told.message, why), misconceptions=(slip,))

    def told(self, notation: str = "plain", width: int = 80) -> str:
        return indented(self.accept[0].strip("\n").splitlines())

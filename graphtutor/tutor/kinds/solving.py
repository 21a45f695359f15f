"""An equation to solve."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ...errors import AuthorError
from ...text import transliterate
from . import Single, maths

if TYPE_CHECKING:
    from ...grading.asked.task import Task


class Solve(Single, frozen=True, kw_only=True, tag="solve"):
    """Solve output = 0 for `wrt`, in which the output is linear."""

    TEMPLATE = """\
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
"""

    @property
    def asks_for(self) -> str:
        return self.wrt

    def asked(self) -> Task:
        return maths.task(self.root(), assume=self.assume)

    def handed(self, answer: Any) -> Any:
        """Return what stands behind `x2 =` where that begins the last line, whatever was worked out before."""
        if not isinstance(answer, str) or not answer.strip():
            return answer
        stem, digits = re.fullmatch(r"(.*?)(\d*)", self.wrt).groups()  # type: ignore[union-attr]
        below = rf"_?\{{?{digits}\}}?" if digits else ""
        last = answer.strip().splitlines()[-1]
        solved = re.match(rf"\s*{re.escape(stem)}{below}\s*=(?!=)", transliterate(last))
        return last.partition("=")[2] if solved else answer

    def wrong_trees(self, asked: Task, answer: Any) -> dict[str, Any]:
        return super().wrong_trees(asked, self.handed(answer))

    def root(self) -> str:
        """Return the root of the linear output as text: -(output at 0)/(its slope).

        >>> from ..exercises import parse
        >>> head = 'format_version=1\\nid="a"\\nkind="solve"\\ntitle="t"\\n'
        >>> parse(head + Solve.TEMPLATE).root()
        '-(w*0 + b)/(w)'
        """
        graph = self.graph()
        walk = maths.trace(graph).walk
        assert walk is not None
        here = graph.ids.get(self.wrt)
        if here is None or here not in walk.gradient:
            raise AuthorError(f"{self.id}: wrt = '{self.wrt}' is no input of its program")
        return f"-({graph.formula(graph.out, stops={here: '0'})})/({walk.extended.formula(walk.gradient[here])})"

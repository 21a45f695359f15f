"""The local gradient of one node."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ...errors import AuthorError
from . import Single, maths

if TYPE_CHECKING:
    from ...grading.asked.task import Task
    from ...grading.told.grades import Grade

WORD = re.compile(r"[^\W\d]\w*")


class Local(Single, frozen=True, kw_only=True, tag="local"):
    """The local gradient of one node by one of its arguments, as a formula over its arguments."""

    node: str

    MINUTES = 1
    DRAWN = True
    TEMPLATE = """\
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
"""

    @property
    def asks_for(self) -> str:
        return f"d{self.node}/d{self.wrt}"

    @property
    def inputs_asked(self) -> tuple[str, ...]:
        return ()  # the node's argument need be no name of the output's graph

    @property
    def lines(self) -> dict[str, str]:
        """The lines of the program: name → formula."""
        parts = (line.partition("=") for line in self.program.strip().splitlines())
        return {name.strip(): text.strip() for name, _, text in parts}

    def asked(self) -> Task:
        """Return what is asked of the node alone; an answer may also use the other names of the program."""
        lines = self.lines
        if self.node not in lines:
            raise AuthorError(f"{self.id}: node = '{self.node}', which is no line of its program")
        text, graph = lines[self.node], self.graph()
        own = {*WORD.findall(text), self.wrt}
        sizes = {n.name: n.shape for n in graph.nodes if n.role != "constant" and (n.name in own or not n.args)}
        others = {name: line for name, line in lines.items() if name not in own}
        shapes = sizes | self.declared(text)
        return maths.task(text, wrt=self.wrt, assume=self.assume, shapes=shapes, definitions=others)

    def judged(self, answer: Any) -> Grade:
        """Return the Grade of an answer; what is right once the node's arguments are written out, 2*(f - y) for 2*e, is right."""
        found = super().judged(answer)
        if found.correct is not False:
            return found
        text = f"{self.program.strip()}\n{self.accept[0]}"
        opened = maths.task(text, assume=self.assume, shapes=self.declared(text), constants=self.constants)
        again = maths.grade(opened, answer)
        return again if again.correct else found

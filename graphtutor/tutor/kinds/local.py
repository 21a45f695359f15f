"""The local gradient of one node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import AuthorError
from . import Single, maths

if TYPE_CHECKING:
    from ...grading.asked.task import Task


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

    def asked(self) -> Task:
        lines = (line.partition("=") for line in self.program.strip().splitlines())
        text = next((text.strip() for name, _, text in lines if name.strip() == self.node), None)
        if text is None:
            raise AuthorError(f"{self.id}: node = '{self.node}', which is no line of its program")
        return maths.task(text, wrt=self.wrt, assume=self.assume, shapes=self.declared(text))

"""Two readers, two families of errors: what a learner sees as it is, and what an author must mend."""

from __future__ import annotations


class LearnerError(Exception):
    """Something a learner typed or asked for cannot be done; the message is shown as it stands.

    Every message says what was met, what was expected and the next move, in one line.
    `code` is the exit code of the shell command that meets it.
    """

    code = 2


class ReadError(LearnerError):
    """Text that cannot be read as mathematics, with the place where reading stopped.

    `line` and `column` count from 1; `source` is the line of text itself.

    >>> error = ReadError("unknown function 'sine' (did you mean 'sin'?)", "1 + sine(x)", 1, 5)
    >>> print(error.caret)
    1 + sine(x)
        ^
    """

    code = 3

    def __init__(self, message: str, source: str = "", line: int = 1, column: int = 1):
        super().__init__(message, source, line, column)
        self.message, self.source, self.line, self.column = message, source, line, column

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}"

    @property
    def caret(self) -> str:
        """Return the source line with a caret under the column; a long line is cut around it."""
        start = max(0, self.column - 61) if len(self.source) > 100 else 0
        piece = "".join(c if c.isprintable() else " " for c in self.source[start : start + 100])
        return f"{piece}\n{' ' * (self.column - 1 - start)}^"


class ShapeError(LearnerError):
    """Two shapes that do not fit together; the message names both and what would fit."""


class DomainError(LearnerError):
    """A value outside an operation's domain; the message names the node where it arose."""


class AuthorError(Exception):
    """An exercise or course file is wrong; the message names the file and the field."""

    code = 2

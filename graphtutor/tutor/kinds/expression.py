"""One derivative as a formula."""

from __future__ import annotations

from . import Single, maths

WIDEST = 110  # characters of a formula that can still be taken in


class Expression(Single, frozen=True, kw_only=True, tag="expression"):
    """One derivative as a formula: d output / d `wrt`."""

    TEMPLATE = """\
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
"""

    def untouched(self) -> str:
        last = self.program.strip().splitlines()[-1]
        return last.partition("=")[2].strip() or self.program.strip()

    def told(self, notation: str = "plain", width: int = 80) -> str:
        """Return the derivation line by line with its rules, each beside its line or under it; the result alone if that is too wide to read.

        >>> from ..exercises import library
        >>> print(library().exercise("sine-of-square").told("unicode"))
          ∂/∂x (sin(x²))
        = cos(x²)·∂/∂x (x²)   sine rule and chain rule
        = cos(x²)·2·x         power rule
        = 2·cos(x²)·x         products and like terms collected
        """
        lines = maths.derive(self.program, self.wrt, detail="brief", shapes=self.declared(self.program)).lines
        formulas = [f"{'= ' if k else '  '}{line.written(notation)}" for k, line in enumerate(lines)]
        widest = max(map(len, formulas))
        if widest > WIDEST:
            return f"  {self.accept[0]}"
        beside = all(widest + 3 + len(line.rule.name) <= width for line in lines)
        rules = [
            f"{text:<{widest}}   {line.rule.name}" if beside else f"{text}\n    {line.rule.name}"
            for text, line in zip(formulas, lines, strict=True)
        ]
        return "\n".join([formulas[0], *rules[1:]])

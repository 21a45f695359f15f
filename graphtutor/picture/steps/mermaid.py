"""A frame as Mermaid, the text from which many editors and wikis draw a graph: shapes and words, no positions."""

from __future__ import annotations

from .frames import Box, Frame, line, words

SHAPES = {
    "parameter": ("([", "])"),
    "data": ("[", "]"),
    "output": ("[[", "]]"),
    "operation": ("(", ")"),
    "constant": ("(", ")"),
}


def text(frame: Frame, direction: str = "LR") -> str:
    """Return the frame as Mermaid.

    >>> from graphtutor.front.api import graph
    >>> from graphtutor.picture.steps.frames import still
    >>> print(text(still(graph("w*x"))))
    flowchart LR
        n0(["w"])
        n1["x"]
        n2[["v₁ = w·x"]]
        n0 --> n2
        n1 --> n2
    <BLANKLINE>
    """
    lines = [f"flowchart {direction}"]
    for b in frame.boxes:
        opened, closed = SHAPES[b.role]
        lines.append(f'    n{b.id}{opened}"{quoted(said(b))}"{closed}')
    for w in frame.wires:
        label = words(w.local) + (f"<br/>{words(w.product)}" if w.product else "")
        shown = f'|"{quoted(label)}"|' if label else ""
        lines.append(f"    n{w.edge.target} -->{shown} n{w.edge.source}")
    return "\n".join([*lines, ""])


def said(b: Box) -> str:
    """Return what a box says: its formula, its value and its gradient, a line each."""
    parts = [b.formula or b.name]
    if b.value is not None:
        parts.append(f"value {line(b.value)}")
    if b.gradient is not None:
        parts.append(f"{b.gradient_name} = {line(b.gradient)}{b.rest}")
    return "<br/>".join(parts)


def quoted(words: str) -> str:
    """Return words that may stand between quotes: Mermaid writes what would end them as entities."""
    kept = words.replace("&", "#amp;").replace('"', "#quot;").replace("<br/>", "\0")
    return kept.replace("<", "#lt;").replace(">", "#gt;").replace("\0", "<br/>")

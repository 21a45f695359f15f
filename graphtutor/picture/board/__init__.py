"""A derivation set in type, as on a board.

board_page  A derivation as one HTML file: lines that come one by one with the arrow keys; no network, no fonts, no library.
boards      Two derivations of one gradient on one picture: by the rules, and below it along the graph, as the lecture compares them.
breaks      A formula that is too wide, in lines: each begins with an operator outside as many brackets as possible.
formula     MathML set in type, as a textbook sets it: names slanted, fractions on a bar, exponents raised.
lines       A derivation written out as on a board: line under line, each with its rule, and what changed marked.
rows        Type in rows: signs set one after the other with the room between them, brackets as tall as what they hold, marks around their groups.
"""

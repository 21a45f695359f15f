"""A derivation set in type, as on a board.

setting     type in rows and lines: the room between signs, brackets as tall as what they hold, marks around their groups
formula     MathML set in type, as a textbook sets it: names slanted, fractions on a bar, exponents raised
board_page  a derivation as one HTML file: lines that come one by one with the arrow keys; no network, no fonts, no library
blackboard  a derivation line under line, each with its rule, and what changed marked; or two, one above the other
"""

"""Mathematics set in type, for any painter of shapes and text.

setting  type in rows and lines: the room between signs, brackets as tall as what they hold, marks around their groups
formula  MathML set in type, as a textbook sets it: names slanted, fractions on a bar, exponents raised
"""

"""Text ↔ SymPy trees: plain, Unicode, LaTeX and Python are spellings of one language.

brackets       The part of the grammar that reads what stands in brackets: groups, lists, conditions, |x|, ‖x‖, (u)₊.
calls          The part of the grammar that reads calls: functions with their settings, sin x without brackets, definitions.
cases          Choices as people write them, "a when c and b otherwise", and claims under a condition, told apart among the tokens of a line.
claims         Lines as people hand them in → claims: which derivative is said to be what, and what was defined on the way.
commands       The part of the scanner that reads LaTeX: commands, delimiters, accents, fonts, environments.
constructions  The part of the grammar that reads what has a shape of its own: fractions, roots, sums, cases, matrices.
derivatives    The part of the grammar that reads derivatives: dL/dw, ∂/∂w (…), f′(x), \frac{d}{dx}, ∇_w L, diff(…, x).
grammar        Tokens → one SymPy tree, by operator precedence.
indices        The part of the grammar that reads an index behind an operand: x[0], W[0, 1:], softmax(z)_k.
latex          LaTeX as a spelling: which command is which sign, letter, bracket or construction.
names          What a name is, and what a person may call it: one key for `w0`, `w_0`, `w₀` and `w_{0}`.
program        Programs: lines `name = expression`, the last one the output; and what a reader is told beforehand, as one Context.
prose          Which part of a handed-in line is mathematics, and which is prose, numbering or layout.
read           Text → SymPy trees, unevaluated, in the author's order; nothing is ever run.
readings       All the readings of one expression: the usual one first, then those that differ in a choice.
scan           The ground of the scanner: tokens, and where they are put.
tokens         Text → tokens: plain, Unicode, LaTeX and Python are spellings of one stream, so that there is one grammar.
trees          From the name of an operation and its arguments to a SymPy tree: what `maths.spell.recognise` undoes.
walk           What every part of the grammar stands on: the place in the tokens, errors, choices, and building nodes.
words          The part of the grammar that reads names: variables, runs of letters, subscripts, library prefixes.
write          Trees and operations written out: plain text, Unicode, LaTeX, MathML, in the order the author wrote them.
"""

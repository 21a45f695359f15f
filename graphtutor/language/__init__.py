r"""Text ↔ SymPy trees: plain, Unicode, LaTeX and Python are spellings of one language.

brackets       What stands in brackets: groups, lists, conditions, |x|, ‖x‖, (u)₊.
calls          Calls: functions with their settings, sin x without brackets, σ′(z), definitions.
cases          Choices as people write them, "a when c and b otherwise", and claims under a condition, told apart among the tokens of a line.
claims         Lines as people hand them in → claims: which derivative is said to be what, and what was defined on the way.
commands       LaTeX, where a backslash starts it: commands, delimiters, accents, fonts, environments.
constructions  What has a shape of its own: fractions, roots, indicators, sums and products over an index, cases, matrices.
cursor         The place in the tokens, with what has been met so far: errors, choices, shapes, and building nodes.
derivatives    Derivatives: dL/dw, ∂/∂w (…), f′(x), \frac{d}{dx}, ∇_w L, diff(…, x).
gradients      What a left side names: the L and the w of dL/dw = …, of ∂/∂w L, \frac{…}{…}, f′(x), ∇_w L, dw, grad.
grammar        Tokens → one SymPy tree, by operator precedence; all the readings of one expression: the usual one first, then those that differ in a choice.
identifiers    What a name stands for: a variable, an entry of a vector, a number, a definition; and the names that a run of letters is.
indices        An index behind an operand: x[0], W[0, 1:], softmax(z)_k.
matrices       Matrix notation as books write it: products by their shapes, 1ᵀv, e_k, A⁻¹, σ′(z) of a vector.
names          What a name is, and what a person may call it: one key for `w0`, `w_0`, `w₀` and `w_{0}`.
neighbours     What its neighbours make of a token that spells both a word and a product of names.
numbering      A hand-in → its rows of tokens, without what only orders them: numbers, bullets, quotes, fences, comments, alignment.
operators      Operators: + − · / ^, side by side, comparisons, and, or, a if c else b, transposition.
pieces         A line cut into pieces: mathematics to be read whole, and prose, with what the words say of the formula after them.
precedence     Expressions by operator precedence: what starts an operand, what stands between two and what comes after one is the table's to say.
program        Programs: lines `name = expression`, the last one the output; and what a reader is told beforehand, as one Context.
prose          What each token of a handed-in line is by itself, mathematics or prose, with the problem's names in hand, and why.
read           Text → SymPy trees, unevaluated, in the author's order; nothing is ever run.
scan           Tokens, and the place in a text where they are put.
signs          Signs and their spellings: which token a Unicode character or a LaTeX command is, one entry a sign. Data only.
subscripts     Index notation as a spelling of vectors and matrices: p_i - y_i, δ_ij, x_i as a row of X, ∂p_i/∂z_j.
tokens         Text → tokens: plain, Unicode, LaTeX and Python are spellings of one stream, so that there is one grammar.
trees          From the name of an operation and its arguments to a SymPy tree: what `ops.spell.recognise` undoes.
words          A word ahead: which of a name, a function, a derivative and a definition it is.
write          Trees and operations written out: plain text, Unicode, LaTeX, MathML, in the order the author wrote them.
"""

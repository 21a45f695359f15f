"""Is a student right, and if not, where and why?

task            what is asked
labels          labels of a classification, which sum to 1
rulings         is one expression the same as another within a task; one expression with what was found of it
samples         points at which a problem is tried
slopes          differentiation along the tree with slips in it, all at once
malrules        where which slip can be made
algebra         slips of algebra: something else written in place of a node
forms, marks    in what form an answer stands; what a grade is made of
problems        a function, its variable, and points with the values of all that may go wrong
formulas        a node as text, never longer than can be read
phrases         a misconception with its place and its hints
diagnose        which slips explain a wrong derivative
rewrites        which slip leads from one line to the next, and what would mend one
matrices        the same for vectors and matrices
record          what was said before, and what follows from it
meanings        which derivative a claim is about
strangers       names that the problem does not have
conditions      case by case: which condition a claim stands under
counterexamples a point of small numbers at which an answer fails
variants        a change of the problem on which the explanations of an answer differ
causes          why a line is wrong
drawing         a grade drawn with the broken edge marked
grades          Grade itself, and how it is told
judging         each line of a derivation against the truth and the line before
scoring         points, and what is said
source, values  a student's Python parsed, and the values in it
entrywise       arithmetic, conditions, entries and masks of arrays on symbols
library         the functions of Python, NumPy and torch that act on lists and arrays
expressions     what an expression is worth
statements      what a function does, followed and never run
returned        what the functions of an answer return
sheet           a backprop sheet's rows
typed           what stands in a cell: a number with its decimals, or a formula
cell_values     what each cell is worth
paper, filled   a sheet printed with blanks or as its key, and read back
regrouping      products and sums grouped as a student groups them
matching        which node each row of a student's sheet is, and what stands in each cell
judged, tally   each cell judged, and the Grade of them all
deadline        the seconds after which an answer is undecided
grader          grade: an answer in any form to a Grade
"""

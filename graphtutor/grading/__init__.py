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
source, library a student's Python parsed, the values in it, and the functions it may call
operators       arithmetic, conditions, entries of lists on symbols
values, follow  its expressions and its statements followed, never run
script          what stands outside functions and may be passed over
code, returned  its functions as mathematics; what those of an answer return
figures         numbers as they are written, and whether they are right as far as they go
sheet, work     a backprop sheet's rows, and what each cell is worth
table, filled   a sheet printed with blanks or as its key, and read back
matching        which node each row of a student's sheet is
handed, contents  a sheet as it is handed in, and what stands in its cells
cells, tally    each cell judged, and the Grade of them all
grader          grade: an answer in any form to a Grade
"""

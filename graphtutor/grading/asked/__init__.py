"""What is asked of a student, and whether one expression is another within it.

forms     In what form an answer stands: as cases, expanded, as a product, without decimals. Asked of the tree as it was written.
judge     Is one expression the same as another within a task? What `equal.same` says, with the task's names, shapes and numbers.
samples   Points at which a problem is tried: drawn by the assumptions on its names, kept where all is finite.
steps     Step: one expression of a derivation with what was found of it.
task      What is asked: a function, the variables, and what is assumed; from text, a tree, a graph or an exercise.
textbook  Products of vectors and matrices as textbooks write them, side by side: which product is meant follows from the shapes.
"""

"""What is asked of a student, and whether one expression is another within it.

curve    An equation between x and y: y′ along its curve, points of it, and what is equal there.
forms    In what form an answer stands: as cases, expanded, as a product, without decimals. Asked of the tree as it was written.
labels   Labels of a classification: a vector whose entries sum to 1, or one of them is 1; what is equal for all such is equal.
rulings  Is one expression the same as another within a task, products side by side as textbooks write them? And Step: an expression with what was found of it.
samples  Points at which a problem is tried: drawn by the assumptions on its names, kept where all is finite.
task     What is asked: a function, the variables, and what is assumed; from text, a tree, a graph or an exercise.
"""

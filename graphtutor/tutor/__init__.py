"""The tutor: exercises as data, the lesson loop, progress, variants, and what comes back for review.

exercises   the schema of a file, and how a folder of them is found and read; nothing is computed here
course      order, groups and the defaults of a class
variants    the same exercise with other names, numbers and graphs, drawn from a seed
keys        the right answers, worked out from the program of an exercise
numbers     numbers as a learner types them
answers     what an exercise asks, question by question, and how what is typed becomes an answer
judge       an answer to a Grade: formulas, sheets and code by the grading room, the rest by the keys
solutions   right answers to show and to check with; wrong ones that must fail
progress    what a learner has done: one file, written atomically
hints       the next hint, the nearest first
review      when a misconception comes back
desk        course, progress and a screen: what can be said without mathematics
lesson      the desk with its teacher: ask, grade, say what came of it, go on
predict     walk a graph and guess each number before it is shown
pictures    where a wrong answer broke, as a picture
authoring   prove that a file does what it says; see it as a learner does
templates   the texts of new files
"""

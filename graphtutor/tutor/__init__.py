"""The tutor: exercises as data, the lesson loop, progress, variants, and what comes back for review.

kinds       what an exercise is; one module a kind: fields, questions, judge, answers, the text of a new file
heard       what is understood of an answer while it is typed
maths       what they compute with, imported when an answer is first looked at
exercises   files: how one is read and begun, and how a folder of them is found
course      order, groups and the defaults of a class
variants    the same exercise with other names, numbers and graphs, drawn from a seed
judge       an answer to a Grade, and the picture of where a wrong one broke
progress    what a learner has done, where the lesson stands, and when a misconception comes back
store       the file of it, written atomically
desk        course, progress and a screen: what can be said without mathematics
lesson      the desk with its teacher: ask, grade, say what came of it, go on
predict     walk a graph and guess each number before it is shown
authoring   prove that a file does what it says; see it as a learner does
"""

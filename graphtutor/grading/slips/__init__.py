"""Misconceptions: where each can be made, which of them explain an answer, and a point at which it fails.

algebra          Slips of algebra: something is written in place of a node, in the function or in its derivative.
causes           Why a line is wrong: misconceptions with their places, a counterexample, and a variant that tells candidates apart.
counterexamples  A point of small friendly numbers at which an answer fails, and the ratio to the truth where it is the same everywhere.
diagnose         What went wrong in a wrong derivative: every slip is tried at every place, and the values are compared.
formulas         A node as text for a person, never longer than can be read.
malrules         Where which slip can be made: every site of a problem, from the table's rows and from the structure.
matrices         What went wrong in a wrong gradient of vectors and matrices: backpropagation with one slip at one place, for every place.
phrases          Explanations in words: each misconception with its place in the graph and its two hints.
problems         A function, a variable, and points at which answers are tried; with the values of everything that may have gone wrong.
rewrites         From one line to the next: which slip of algebra turned an expression into another, and what would mend it.
slopes           Differentiation along the tree with slips in it: many wrong derivatives in one sweep over the graph.
variants         A variant of the problem on which the explanations of an answer differ: what a student answers there tells which it was.
"""

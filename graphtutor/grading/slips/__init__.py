"""Misconceptions: where each can be made, which of them explain an answer, and a point at which it fails.

slopes           differentiation along the tree with slips in it: many wrong derivatives in one sweep over the graph
substitutes      slips of algebra: something is written in place of a node, in the function, its derivative or the next line
malrules         where which slip can be made: every site of a problem, from the table's rows and from the structure
written_out      other views of a problem: a sigmoid, a softmax, a norm that is written out is recognised
problems         a function, a variable, and points at which answers are tried; with the values of all that may have gone wrong
phrases          explanations in words: each misconception with its place in the graph and its two hints
diagnose         what went wrong in a wrong derivative of numbers: every slip at every place, and the values are compared
backward_slips   the same of vectors and matrices: backpropagation with one slip at one place
between          from one line to the next: the operator carried out with a slip, a slip of algebra, what would mend it
counterexamples  a point of small friendly numbers at which an answer fails
causes           why a line is wrong: all of these for the lines of an answer; a variant of the problem on which the explanations of an answer differ
"""

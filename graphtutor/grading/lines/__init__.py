"""A derivation, line by line.

conditions  Case by case: which condition a claim of a line stands under.
judging     Each claim against the truth and against the line before; what stands beside the point.
meanings    What a claim is about: the derivatives that its left side names or may mean.
on_curve    dy/dx of an equation: equations that hold on the curve, and what y′ is said to be.
record      What was said before, and what follows from it: by the chain rule over claims, and with claims put in.
scoring     From judged steps to a Grade: points for each line, is the question answered, and what is said.
strangers   Names that the problem does not have: what they mean by convention, and what to ask where they mean nothing.
"""

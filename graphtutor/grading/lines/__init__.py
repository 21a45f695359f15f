"""A derivation, line by line: against the truth and against the line before.

chains      What was said before, and what follows from it: by the chain rule over claims, and with claims put in.
conditions  Case by case: which condition a claim of a line stands under.
lines       Each line of a derivation against the truth and against the line before.
quantities  What a claim is about: the derivative that its left side names or means.
rows        An answer's own lines: their numbers, and what becomes of each.
scoring     From judged steps to a Grade: points for each line, is the question answered, and what is said.
sides       What a derivation says beside its point: the function once more, parts before their sum, equations between other things.
"""

"""Many answers: submissions from files, graded apart on one machine or many, their results in any form, and what a person decided.

fields       What the fields of a submission may hold: one row for each, with its check.
containers   Files, folders and archives, and who handed in what as Gradescope, Moodle and Canvas export it.
documents    Notebooks, Markdown, LaTeX and HTML with several answers: a row for each.
submissions  What a submission is, and how files of any form are read into them; the teacher's question wins.
results      One submission graded, told as JSON, and the Grade read back from it.
isolation    Processes that can be killed: what one answer may take, of time and of memory.
journal      What is kept on disk while a class is graded, so that nothing is lost and nothing graded twice.
many         A class of any size over any executor; gt.grade_many.
cluster      A Dask cluster as an executor.
final        What a result says in the end, and files of results read back.
reviews      What a person decided about a grade, kept beside the machine's verdicts; results with that, and which attempt counts.
likeness     Answers whose text is nearly the same.
report       One page for the lecturer.
formats      How results are written, a row for each form, and as grading systems take them. Imports nothing heavy.
compare      What changed between two gradings of the same submissions.
"""

"""A backprop sheet, cell by cell: printed, filled in, read back, judged.

sheet        A graph's nodes as rows, each with its value, its local gradients and the gradient that arrives.
typed        What a student types into a cell: a number with its decimals, or a formula; whether a number is right as far as it goes.
cell_values  What belongs into each cell, in numbers or in symbols: from the right cells, or from a student's own.
paper        A sheet on paper: as a text table, as CSV, or as JSON, with blanks to fill in or as its key.
filled       A filled-in sheet as people type it: a text table, CSV or an object, read into rows.
regrouping   The problem with its products and sums grouped as a student groups them.
matching     Which node of the problem each row of a student's sheet is, and what stands in each cell.
judged       Each cell judged: right, wrong, wrong only because of an earlier cell, or blank.
tally        From the judged cells to a Grade: points, what is said, and what explains the wrong cells.
"""

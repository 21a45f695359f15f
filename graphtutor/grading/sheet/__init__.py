"""A backprop sheet, cell by cell: printed, filled in, read back, judged.

cells     Each cell of a handed-in sheet: right, wrong, wrong only because of an earlier cell, or blank.
contents  What stands in a cell of a sheet: read as a number with its decimals, or as a formula; and written for a key.
figures   Numbers as a student writes them: how many decimals they show, and whether they are right as far as they go.
filled    A filled-in sheet, read back from a text table or CSV as people type them.
handed    A sheet as it is handed in: its rows matched to the problem's nodes, and what stands in each cell.
matching  Which node of a problem each row of a student's sheet is: by its name, by its formula, or by its value.
sheet     A backprop sheet: a graph's nodes as rows, each with its value, its local gradients and the gradient that arrives.
table     A sheet on paper: as a text table, as CSV, or as JSON, with blanks to fill in or as its key.
tally     From the judged cells of a sheet to a Grade: points, what is said, and what explains the wrong cells.
work      What each cell of a sheet is worth, in numbers or in symbols: from the right cells, or from a student's own.
"""

"""Plots of descent: curves, planes, surfaces.

curves    Curves: losses by epoch, also as a spark line, why one loss saturates, and what one far point does.
figures   A plot as a value: a title, alt text, and a function that draws it; one look for all, and the same bytes each time.
planes    Data with two features in the plane: the boundary between two classes, and the regions of many.
surfaces  The surface of a loss over two of its parameters, as contours, with the paths of descent on it.
"""

"""Bytes of pictures: fonts, PNG, GIF, PDF, and whole files or none.

inbetweens  What changes from one picture to the next; several pictures as one that shows them in turn.
fonts    How wide text is, from a table of DejaVu Sans, and where the font files lie.
inks     The colours of a theme and a palette, and the smallest pieces of SVG; how pictures may look: the options of every drawing, with what each may be
pdf      SVG → PDF, written out here, with the letters in use of its fonts.
truetype  Those letters as a font file of their own.
raster   SVG → PNG by resvg, with the fonts that matplotlib ships: a machine without fonts draws the same; several → one GIF.
tikz     SVG → TikZ, for a paper or, several, as overlays of beamer.
saved    Pictures to files: every one of a sequence into a folder, one, an animation or a page into one file; written, then renamed.
shorten  Our own scripts and style sheets without what only their readers need.
"""

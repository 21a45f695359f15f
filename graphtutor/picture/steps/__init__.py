"""A trace as pictures: its frames as data, one layout, and the painters.

canvas    A canvas with a shape: of several drawings the one whose smallest text is largest, and what was closed for it; what of a graph may be closed: its lines, each a block of operations under one name.
caption   What a step says in mathematics, as MathML, each part under the class of what it is.
dot       A frame as DOT with pinned positions: any Graphviz (neato -n2, nop2) draws it where the SVG has it; A frame as Mermaid, the text from which editors and wikis draw a graph.
frames    Frames: what each picture of a trace says, as data; no markup and no positions.
headings  What stands above a graph: its title, what is to be noticed, and the step as mathematics.
layout    Positions from Graphviz, once for each graph, in one band or wrapped into several.
needs     How much room boxes and labels need: sized for the widest text of all frames, so nothing moves.
page      A walk as one HTML file to play with: no network, no fonts, no library.
page_data A walk as plain data for a page: boxes, edges and steps once, and the elementary operations that give every number; what happens inside a closed group: a walk of its own, which starts backward with what arrives at the group.
overlap   What lies on what: labels that a line runs through are moved along their own edge.
save      A trace or a graph as pictures: its film laid out once, each frame painted when asked for.
svg       A frame painted onto a layout, as SVG: byte-stable, with ids, classes, a title and a description.
ways      The ways in which one graph can be drawn, and the one whose letters are largest; A graph wrapped into bands, like a line of text.
terminal  A frame as aligned text: every node with its value and gradient, the active one marked.
widget    The page's component as a widget of a notebook: `step` and every input are traits.
"""

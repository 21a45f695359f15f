"""The lesson as a page: the same JSON asked of Python in a browser tab, or of a server on this machine.

call      one request as JSON to one answer as JSON: pure, for any host
classroom exercises for a page: the list of them, one opened, what is heard while typing, an answer checked, progress
studio    graphs for a page: the film of a walk, any expression played with, a run of descent
structs   the few words of msgspec that exercises are read with, in Python alone, for a host that has no msgspec
frozen    the package and what it imports as one archive of code, the same bytes each time
compiler  sources to an archive of code; stands alone, for another Python to run
parts     where Pyodide and Graphviz lie, and what of them a page needs
pages     the page and its parts: for a server, as a folder, as a single file
scorm     the same as a package for a learning platform
server    the page from this machine: 127.0.0.1 alone, a token in its address
"""

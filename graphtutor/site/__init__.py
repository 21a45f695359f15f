"""The lesson as a page: the same JSON asked of Python in a browser tab, or of a server on this machine.

call        one request as JSON to one answer as JSON: pure, for any host
classroom   exercises for a page: the list of them, one opened, what is heard while typing, an answer checked, progress
studio      graphs for a page: steps with guesses, any expression played with, a run of descent
pages       the page and its parts
server      the page from this machine: 127.0.0.1 alone, a token in its address
"""

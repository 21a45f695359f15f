"""A derivation set in type, as on a board.

board_page  a derivation as one HTML file: lines that come one by one with the arrow keys; no network, no fonts, no library
blackboard  a derivation line under line, each with its rule, and what changed marked; or two, one above the other
"""

"""The shell's program with answers that act: `python chaotic.py grade …` is graphtutor with `chaos` grading."""

import sys

import chaos

from graphtutor.batch import isolation
from graphtutor.cli import main

isolation.WORK = chaos.WORK
if __name__ == "__main__":
    sys.exit(main())

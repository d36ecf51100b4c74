"""`python -m codemod`."""

import gc
import os
import sys

# Python puts the current folder first on its path, and a repository's own json.py or rich.py must not run.
# Nothing is imported before this but what Python itself starts with; not even `__future__`.
if sys.path and sys.path[0] in ("", os.getcwd()):
    del sys.path[0]

from codemod.cli import main

# Syntax trees have no cycles to collect; looking for them again and again takes a tenth of a run.
gc.set_threshold(200_000, 20, 100)

if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except BrokenPipeError:  # `| head` has seen enough
        raise SystemExit(0) from None

"""`python -m codemod`."""

import os
import sys

# Python puts the current folder first on its path, and a repository's own json.py or rich.py must not run.
# Nothing is imported before this but what Python itself starts with; not even `__future__`.
if sys.path and sys.path[0] in ("", os.getcwd()):
    del sys.path[0]

from codemod.cli import main

if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except BrokenPipeError:  # `| head` has seen enough
        raise SystemExit(0) from None

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


def run() -> int:
    """The command line, with its two ways of being cut short."""
    try:
        return main()
    except BrokenPipeError:  # `| head` has seen enough; Python would complain when it closes what nobody reads
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except KeyboardInterrupt:  # the transaction has taken back what it had begun
        print("\ncodemod: stopped; no file is half written, and --undo takes a finished --apply back", file=sys.stderr)
        return 130


if __name__ == "__main__":
    raise SystemExit(run())

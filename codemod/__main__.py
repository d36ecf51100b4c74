"""`python -m codemod`."""
# PYTHON_ARGCOMPLETE_OK

from __future__ import annotations

from codemod.cli import main

if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except BrokenPipeError:  # `| head` has seen enough
        raise SystemExit(0) from None

"""`python -m codemod`."""

from __future__ import annotations

from codemod.cli import main

if __name__ == "__main__":
    raise SystemExit(main())

"""`python -m validation`."""

from __future__ import annotations

from validation.cli import main

if __name__ == "__main__":
    raise SystemExit(main())

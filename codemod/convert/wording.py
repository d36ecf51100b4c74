"""Names in messages: short, and safe on any terminal."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from codemod.errors import printable


def some(names: Iterable[str]) -> str:
    """The first three of many names, and how many more there are."""
    every = [printable(name) for name in sorted(names)]
    return ", ".join(every[:3]) + (f" and {len(every) - 3} more" if len(every) > 3 else "")


def shown(path: Path) -> str:
    return printable(str(path))

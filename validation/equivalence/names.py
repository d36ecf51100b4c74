"""Which published checkpoints a repository or a command names."""

from __future__ import annotations

import re
from pathlib import Path

from validation.equivalence.copies import files
from validation.equivalence.weights import CHECKPOINTS

#: Where a program or its settings may name a checkpoint; documents name many that nobody loads.
SUFFIXES = frozenset((".py", ".ipynb", ".yaml", ".yml", ".json", ".toml", ".cfg", ".ini", ".sh", ".env", ""))
_LARGEST = 5_000_000
_ESM1V = re.compile(r"esm1v_t33_650M_UR90S(?!_[1-5])")


def in_text(text: str) -> set[str]:
    """The names in a text; `esm1v_t33_650M_UR90S` alone is the first of the five, as in fair-esm."""
    found = {name for name in CHECKPOINTS if name in text}
    return found | ({"esm1v_t33_650M_UR90S_1"} if _ESM1V.search(text) else set())


def in_repository(folder: Path) -> set[str]:
    """The names in its programs, notebooks and settings."""
    found: set[str] = set()
    for path in files(folder).values():
        if path.suffix in SUFFIXES and path.stat().st_size <= _LARGEST:
            found |= in_text(path.read_text(encoding="utf-8", errors="replace"))
    return found


def parameters(names: set[str], width: int | None) -> int:
    """About how many numbers their twins hold, each written twice in float32; None is the published width."""
    found = ((CHECKPOINTS[name].layers, width or CHECKPOINTS[name].width) for name in names)
    return sum(12 * layers * size**2 for layers, size in found)

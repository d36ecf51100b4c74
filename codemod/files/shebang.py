"""Scripts whose name says nothing: their first two bytes do. `embed`, `bin/run` and what is handed to `sbatch`."""

from __future__ import annotations

import os

from codemod.files.scan import OPEN


def is_script(path: str) -> bool:
    """Whether a file without a suffix starts with `#!`, by its first bytes alone; False where it cannot be read."""
    if "." in path.rpartition("/")[2]:
        return False
    try:
        descriptor = os.open(path, OPEN)
    except OSError:
        return False
    try:
        return os.read(descriptor, 2) == b"#!"
    except OSError:
        return False
    finally:
        os.close(descriptor)

"""One run at a time: a lock that the operating system lets go of when its holder dies."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Optional

from codemod.errors import Refused

#: A run that ends removes its lock file; who had opened that file then holds a ghost, and tries again.
ATTEMPTS = 100


@contextmanager
def hold(folder: Path, taken: str) -> Iterator[None]:
    """Hold `folder/lock`, making the folder where needed; raises `Refused(taken)` while another process does."""
    descriptor = next((d for d in (_acquire(folder, taken) for _ in range(ATTEMPTS)) if d is not None), None)
    if descriptor is None:
        raise Refused(taken)
    try:
        yield
    finally:
        os.close(descriptor)


def _acquire(folder: Path, taken: str) -> Optional[int]:
    """A descriptor that holds the lock; None when the file was removed meanwhile."""
    folder.mkdir(exist_ok=True)
    if folder.is_symlink():
        raise Refused(f"{folder}: is a symbolic link; remove it")
    try:
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    except FileNotFoundError:
        return None
    if not _lock(descriptor):
        os.close(descriptor)
        raise Refused(taken)
    if _is_still(descriptor, folder / "lock"):
        return descriptor
    os.close(descriptor)
    return None


def _lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _is_still(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False

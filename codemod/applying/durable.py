"""Files that survive a power cut: written beside their place, made durable, then renamed over it."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Optional

READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def read(path: Path) -> Optional[bytes]:
    """All bytes of a regular file; None where there is nothing. Raises OSError for anything else, links included."""
    try:
        descriptor = os.open(path, READ)
    except FileNotFoundError:
        return None
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(0, "not a regular file", str(path))
        return file.read()


def holds(path: Path, content: Optional[bytes]) -> bool:
    """Whether there is exactly this at `path`; None asks for nothing at all."""
    try:
        return read(path) == content
    except OSError:
        return False


def write_new(path: Path, content: bytes, mode: Optional[int] = None, like: Optional[os.stat_result] = None) -> None:
    """Make a file that did not exist, on the disk when this returns.

    `mode` is its permission bits (None: what the umask gives a new file); `like` also gives its owner, as far as this
    user may. On any error nothing is left behind.
    """
    descriptor = os.open(path, CREATE, 0o666 if mode is None else 0o600)
    try:
        try:
            _write_all(descriptor, content)
            _dress(path, descriptor, mode, like)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except BaseException:
        discard(path)
        raise


def discard(path: Path) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)


def sync_folder(folder: Path) -> None:
    """Make renames and removals in a folder durable; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _dress(path: Path, descriptor: int, mode: Optional[int], like: Optional[os.stat_result]) -> None:
    """Owner before mode, because a change of owner clears the set-user bits."""
    if like is not None and hasattr(os, "chown"):
        own = os.fstat(descriptor)
        if (own.st_uid, own.st_gid) != (like.st_uid, like.st_gid):
            with suppress(PermissionError):
                os.chown(path, like.st_uid, like.st_gid)
    if mode is not None:
        os.chmod(path, mode)

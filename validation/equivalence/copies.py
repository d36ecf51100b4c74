"""Working copies of a repository, and what a run wrote into one."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Optional

#: Never copied and never compared: history, caches, environments, our own tool's journal.
SKIPPED = frozenset((
    ".git", ".hg", ".svn", ".codemod", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", "node_modules",
    ".tox", ".nox", ".pixi", ".ipynb_checkpoints",
))  # fmt: skip

#: Size, time of change and inode: what tells a file that was written from one that was not.
Stamp = tuple[int, int, int]


def copy(repository: Path, target: Path) -> Path:
    """Copy what a program may need; links that lead back into the repository lead into the copy instead.

    Raises OSError (shutil.Error) for what cannot be read.
    """
    repository = repository.resolve()
    shutil.copytree(repository, target, ignore=_ignored, symlinks=True)
    for folder, folders, names in os.walk(target):
        for name in (*folders, *names):
            path = Path(folder, name)
            if path.is_symlink():
                _mend(path, repository, target)
    return target


def files(folder: Path) -> dict[str, Path]:
    """Regular files below a folder by their relative name, with `/`; links to folders are not followed."""
    found = {}
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        for name in sorted(names):
            path = Path(parent, name)
            if path.is_file():
                found[path.relative_to(folder).as_posix()] = path
    return found


def stamps(folder: Path) -> dict[str, Stamp]:
    """The stamp of every file, taken before a run."""
    return {name: _stamp(path) for name, path in files(folder).items()}


def written(folder: Path, before: Mapping[str, Stamp]) -> dict[str, Path]:
    """The files that are new or were written since `before`."""
    return {name: path for name, path in files(folder).items() if before.get(name) != _stamp(path)}


def link_tree(source: Path, target: Path) -> None:
    """The same files once more below `target`, without their bytes where the disk can do that."""
    shutil.copytree(source, target, copy_function=_link, dirs_exist_ok=True)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _ignored(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name in SKIPPED or not _copied(Path(folder, name))}


def _copied(path: Path) -> bool:
    """Not pipes, sockets and devices, which cannot be copied, and no virtual environments."""
    mode = path.lstat().st_mode
    if stat.S_ISDIR(mode):
        return not (path / "pyvenv.cfg").exists()
    return stat.S_ISREG(mode) or stat.S_ISLNK(mode)


def _mend(link: Path, repository: Path, target: Path) -> None:
    """A link by an absolute path into the repository, or by a relative one out of it, means the same in the copy."""
    place = Path(os.readlink(link))
    original = (repository / link.relative_to(target)).parent / place
    inside = _relative(original, repository)
    wanted = os.path.normpath(original) if inside is None else os.path.relpath(target / inside, link.parent)
    if place.is_absolute() or inside is None:
        link.unlink()
        link.symlink_to(wanted)


def _relative(path: Path, folder: Path) -> Optional[Path]:
    plain = Path(os.path.normpath(path))
    return plain.relative_to(folder) if folder in (plain, *plain.parents) else None


def _stamp(path: Path) -> Stamp:
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino

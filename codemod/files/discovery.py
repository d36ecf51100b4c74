"""Which files of a repository may matter: one walk, which git narrows to what is not ignored."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from codemod.errors import UnusableInput, printable
from codemod.files import git
from codemod.files.globs import matcher
from codemod.files.kinds import enters, foreign, matters
from codemod.files.shebang import is_script


@dataclass(frozen=True)
class Discovery:
    """What there is to read: `files` are relative to `root`, with '/', sorted; `skipped` are lines for people."""

    root: Path
    files: tuple[str, ...]
    skipped: tuple[str, ...]


def discover(paths: Sequence[Path], exclude: Sequence[str] = ()) -> Discovery:
    """List the regular files below `paths` (the current folder when there are none) that may matter.

    In a git work tree these are the tracked and the untracked files that git does not ignore; elsewhere hidden folders
    and build outputs are left out. Environments and vendored packages are left out in both, symbolic links are not
    followed. A file named outright is always in. `exclude` patterns are relative to the root and read as in
    .gitignore. Raises `UnusableInput` for a path that is missing or is neither a file nor a folder.
    """
    given = [_existing(path) for path in (paths or (Path(),))]
    homes = [Path(os.path.realpath(path if path.is_dir() else path.parent)) for path in given]
    walk = _Walk(Path(os.path.commonpath(homes)), matcher(exclude))
    for path, home in zip(given, homes):
        if path.is_dir():
            walk.below(walk.relative(home))
        else:
            walk.named(walk.relative(home / path.name), path.is_symlink())
    skipped = (f"{printable(name)} ({reason})" for name, reason in sorted(walk.skipped.items()))
    return Discovery(walk.root, tuple(sorted(set(walk.files))), tuple(skipped))


@dataclass(frozen=True)
class _Listed:
    """Git's answer, relative to the root of the walk: its names, and every folder on the way to one."""

    names: frozenset[str]
    folders: frozenset[str]


@dataclass
class _Walk:
    """Paths are strings here, relative to `root`, '' for itself: a path object per folder would double the time."""

    root: Path
    exclude: Optional[re.Pattern[str]]
    files: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)

    def relative(self, path: Path) -> str:
        relative = path.relative_to(self.root).as_posix()
        return "" if relative == "." else relative

    def below(self, start: str) -> None:
        """Take in everything below one folder; a stack, because a tree may be deeper than Python's own."""
        listed = self._ask_git(start) if git.top_of(self.root / start) else None
        stack = [(start, listed)]
        while stack:
            folder, listed = stack.pop()
            entries = self._entries(folder)
            names = {entry.name for entry in entries}
            reason = None if folder == start else foreign(folder, names, tracked=listed is not None)
            if reason:
                self.skipped[folder + "/"] = reason
                continue
            if listed is None and ".git" in names:
                listed = self._ask_git(folder)
            stack += [(path, listed) for path in self._sort(entries, folder + "/" if folder else "", listed)]

    def named(self, path: str, is_link: bool) -> None:
        """Take in one file that was named outright."""
        if is_link:
            self._link(path)
        elif not self._excludes(path):
            self.files.append(path)

    def _sort(self, entries: list[os.DirEntry[str]], prefix: str, listed: Optional[_Listed]) -> Iterator[str]:
        """Note the files of a folder, and give the folders to go down into."""
        for entry in entries:
            path = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                if self._enters(entry.name, path, listed):
                    yield path
            elif (listed and path not in listed.names) or not self._matters(entry):
                continue
            elif entry.is_file(follow_symlinks=False):
                if not self._excludes(path):
                    self.files.append(path)
            elif not entry.is_symlink():
                self.skipped[path] = "not a regular file"
            elif matters(entry.name) or os.path.isdir(entry.path):
                self._link(path + "/" * os.path.isdir(entry.path))

    def _matters(self, entry: os.DirEntry[str]) -> bool:
        return matters(entry.name) or entry.is_symlink() or is_script(entry.path)

    def _link(self, path: str) -> None:
        if not self._excludes(path.rstrip("/")):
            self.skipped[path] = "symbolic link, not followed"

    def _enters(self, name: str, path: str, listed: Optional[_Listed]) -> bool:
        if listed is None:
            wanted = enters(name)
        elif path in listed.names or path + "/" in listed.names:
            self.skipped[path + "/"] = "another git repository; run the tool there"
            return False
        else:
            wanted = path in listed.folders
        if wanted and self._excludes(path):
            self.skipped[path + "/"] = "excluded"
            return False
        return wanted

    def _excludes(self, path: str) -> bool:
        return self.exclude is not None and self.exclude.match(path) is not None

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(f"{self.root}/{folder}") as entries:
                return list(entries)
        except OSError as error:
            self.skipped[(folder or ".") + "/"] = f"cannot be read: {error.strerror}"
            return []

    def _ask_git(self, folder: str) -> Optional[_Listed]:
        """What git lists below a folder; None when git cannot say, or ignores the folder that was named."""
        try:
            names = git.listing(self.root / folder, "--cached", "--others")
            if not names and git.ignores(self.root / folder):
                return None
        except git.GitFailed as error:
            self.skipped[(folder or ".") + "/"] = f"searched without .gitignore, git says: {printable(str(error))}"
            return None
        return _listed(f"{folder}/{name}" if folder else name for name in names)


def _existing(path: Path) -> Path:
    path = Path(os.path.abspath(path))
    if not os.path.lexists(path):
        raise UnusableInput(f"{printable(str(path))}: no such file or folder; check the path")
    if not (path.is_dir() or path.is_file() or path.is_symlink()):
        raise UnusableInput(f"{printable(str(path))}: neither a file nor a folder; give one of these")
    if path.is_dir() and not os.access(path, os.R_OK | os.X_OK):
        raise UnusableInput(f"{printable(str(path))}: permission denied; make the folder readable")
    return path


def _listed(names: Iterable[str]) -> _Listed:
    found = frozenset(names)
    folders: set[str] = set()
    for name in found:
        folder = name.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    return _Listed(found, frozenset(folders))

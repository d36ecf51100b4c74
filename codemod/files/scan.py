"""The contents of the files that contain a word, out of many that do not: read, look, forget."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from stat import S_ISREG
from threading import Thread
from typing import Callable, NamedTuple, Optional

from codemod.files.forks import each_part

#: One read takes all of nearly every source file; the buffer is used again for the next.
BUFFER = 1 << 20
#: Larger files are searched but not kept: parsing one would take ten times its size in memory, GitHub itself refuses
#: files over 100 MB, and no source file that a person wrote comes near.
LIMIT = 1 << 26
#: Reads that wait for a disk overlap; on files in memory, threads cost a fifth more than they gain.
THREADS = 16
#: Files between two looks at whether the reads wait.
BATCH = 256

#: Not blocked by a FIFO without a writer, not led out of the tree by a link.
OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)

Report = Callable[[str, str], None]
#: What to note of every file that is read: a buffer, and how many bytes at its beginning are the file's.
Look = Callable[["bytes | bytearray", int], bytes]
Notes = dict[str, bytes]


class Survey(NamedTuple):
    """The files that contain a word, whole, and what was noted of every file, by their names."""

    found: Notes
    notes: Notes


def scan(
    root: Path, files: Iterable[str], words: Sequence[bytes], report: Report = lambda path, why: None
) -> Notes:
    """The bytes of those files that contain at least one of the words, in the order of `files`.

    A file that cannot be read, is not a regular one, or contains a word but is larger than `LIMIT` is not in the
    answer; `report(path, why)` is called for each, in order.
    """
    return survey(root, files, words, report).found


def survey(
    root: Path,
    files: Iterable[str],
    words: Sequence[bytes],
    report: Report = lambda path, why: None,
    look: Optional[Look] = None,
) -> Survey:
    """What `scan` answers, and what `look` notes of every file up to `LIMIT`."""

    def search(names: Sequence[str]) -> tuple[Notes, dict[str, str], Notes]:
        finder = _Finder(str(root), _shortest(words), look)
        for start in range(0, len(names), BATCH):
            if _waits(finder.search, names[start : start + BATCH]):
                _overlapping(finder.search, names[start + BATCH :])
                break
        return finder.found, finder.problems, finder.notes

    names = list(files)
    found: Notes = {}
    problems: dict[str, str] = {}
    notes: Notes = {}
    for part in each_part(search, names):
        found.update(part[0])
        problems.update(part[1])
        notes.update(part[2])
    for path in sorted(problems):
        report(path, problems[path])
    return Survey({name: found[name] for name in names if name in found}, notes)


def _waits(search: Callable[[Sequence[str]], None], names: Sequence[str]) -> bool:
    """Search, and say whether the process went to sleep for many a read: the files come from a disk.

    Sleeping, not the time it took, because on a busy machine everything takes long.
    """
    before = getrusage(RUSAGE_SELF).ru_nvcsw
    search(names)
    return getrusage(RUSAGE_SELF).ru_nvcsw - before > len(names) // 8


def _overlapping(search: Callable[[Sequence[str]], None], names: Sequence[str]) -> None:
    workers = [Thread(target=search, args=(names[n::THREADS],)) for n in range(min(THREADS, len(names)))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


class _TooLarge(Exception):
    """A file that matters and is beyond `LIMIT`."""


class _Finder:
    """What the threads share: each key is written once, by one of them."""

    def __init__(self, root: str, words: tuple[bytes, ...], look: Optional[Look]) -> None:
        self.root = root
        self.words = words
        self.look = look
        self.found: Notes = {}
        self.notes: Notes = {}
        self.problems: dict[str, str] = {}

    def search(self, names: Sequence[str]) -> None:
        buffer = bytearray(BUFFER)
        for name in names:
            try:
                content = self._wanted(name, buffer)
            except OSError as error:
                self.problems[name] = f"cannot be read: {error.strerror}"
            except _TooLarge as error:
                self.problems[name] = str(error)
            else:
                if content is not None:
                    self.found[name] = content

    def _wanted(self, name: str, buffer: bytearray) -> Optional[bytes]:
        descriptor = os.open(f"{self.root}/{name}", OPEN)
        try:
            size = os.readv(descriptor, (buffer,))
            if size == BUFFER:
                return self._rest(name, descriptor, buffer)
        finally:
            os.close(descriptor)
        if self.look is not None:
            self.notes[name] = self.look(buffer, size)
        for word in self.words:
            if buffer.find(word, 0, size) >= 0:
                return bytes(memoryview(buffer)[:size])
        return None

    def _rest(self, name: str, descriptor: int, buffer: bytearray) -> Optional[bytes]:
        """A file that filled the first read: whole in memory up to `LIMIT`, in pieces above it."""
        status = os.fstat(descriptor)
        if not S_ISREG(status.st_mode):
            raise OSError(0, "not a regular file")
        pieces = _pieces(descriptor, bytes(buffer))
        if status.st_size <= LIMIT:
            content = b"".join(pieces)
            if self.look is not None:
                self.notes[name] = self.look(content, len(content))
            return content if any(word in content for word in self.words) else None
        if self._in_pieces(pieces):
            raise _TooLarge(f"larger than {LIMIT >> 20} MiB; move the code out of it")
        return None

    def _in_pieces(self, pieces: Iterable[bytes]) -> bool:
        """Look in each piece and across each seam."""
        overlap = max(map(len, self.words), default=1) - 1
        tail = b""
        for piece in pieces:
            window = tail + piece
            if any(word in window for word in self.words):
                return True
            tail = window[-overlap:] if overlap else b""
        return False


def _pieces(descriptor: int, first: bytes) -> Iterator[bytes]:
    piece = first
    while piece:
        yield piece
        piece = os.read(descriptor, 1 << 20)


def _shortest(words: Sequence[bytes]) -> tuple[bytes, ...]:
    """A word that contains another adds nothing: where it stands, the other does."""
    return tuple(w for w in dict.fromkeys(words) if not any(o in w for o in words if o != w))

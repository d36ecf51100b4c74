"""What an apply is about to do, on the disk before it does it; where that is kept is `keeping`'s to say."""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Optional

from codemod.applying import durable
from codemod.applying.keeping import Keeping
from codemod.applying.lock import hold
from codemod.errors import Refused, printable

VERSION = 1


@dataclass(frozen=True)
class Change:
    """One file: all its bytes before and after (None where it does not exist), and its permission bits.

    `path` is relative to the store's home, with '/'; `mode` is None for a file that is added.
    """

    path: str
    before: Optional[bytes]
    after: Optional[bytes]
    mode: Optional[int]

    def reversed(self) -> Change:
        return replace(self, before=self.after, after=self.before)


@dataclass(frozen=True)
class Journal:
    """The changes of one apply; `token` marks its temporary files, so that a later run can sweep them up."""

    changes: tuple[Change, ...]
    token: str = ""

    @classmethod
    def of(cls, changes: tuple[Change, ...]) -> Journal:
        return cls(changes, os.urandom(8).hex())

    def staged(self, change: Change) -> str:
        """The name of a change's temporary file; short, because the file's own may be as long as names can be."""
        digest = sha256(os.fsencode(self.token + change.path)).hexdigest()
        return f".codemod-{digest[:24]}"

    def dump(self) -> bytes:
        changes = [asdict(change) for change in self.changes]
        return json.dumps({"version": VERSION, "token": self.token, "changes": changes}, default=_base64).encode()

    @classmethod
    def load(cls, data: bytes) -> Journal:
        record = json.loads(data)
        if record["version"] != VERSION:
            raise ValueError(f"version {record['version']}")
        return cls(tuple(_change(**change) for change in record["changes"]), record["token"])


class Store(Keeping):
    """The journals of a tree, to read and to write."""

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other runs out; leaves no trace unless a journal is to be kept. Raises `Refused`."""
        with hold(self.folder, f"another run is at work in {printable(str(self.home))}; wait until it is done"):
            try:
                self._hide()
                yield
            finally:
                self._tidy()

    def load(self, path: Path) -> Optional[Journal]:
        """The journal at `pending` or `applied`, if there is one. Raises `Refused` when it cannot be read."""
        content = durable.read(path)
        try:
            return None if content is None else Journal.load(content)
        except (ValueError, KeyError, TypeError) as error:
            raise Refused(f"{printable(str(path))}: not a journal of this version ({error}); move it away") from error

    def begin(self, journal: Journal) -> None:
        """Make the originals durable before the first of them is touched."""
        fresh = self.folder / "new"
        durable.discard(fresh)
        durable.write_new(fresh, journal.dump(), mode=0o600)
        os.replace(fresh, self.pending)
        durable.sync_folder(self.folder)

    def move(self, source: Path, target: Path) -> None:
        """Commit, or reopen for undo. Should a power cut lose the rename, the older state is whole as well."""
        os.replace(source, target)
        with suppress(OSError):
            durable.sync_folder(self.folder)

    def forget(self) -> None:
        """The pending journal's work has been taken back; should it come back after a power cut, so be it."""
        durable.discard(self.pending)
        with suppress(OSError):
            durable.sync_folder(self.folder)

    def _hide(self) -> None:
        ignore = self.folder / ".gitignore"
        if self.folder.name == ".codemod" and not ignore.exists():
            ignore.write_bytes(b"*\n")

    def _tidy(self) -> None:
        """Housekeeping: what it cannot remove does no harm, and must not turn a whole apply into an error."""
        with suppress(OSError):
            durable.discard(self.folder / "new")
            if not (self.pending.exists() or self.applied.exists()):
                durable.discard(self.folder / ".gitignore")
                durable.discard(self.folder / "lock")
                self.folder.rmdir()


def _base64(value: bytes) -> str:
    return b64encode(value).decode("ascii")


def _bytes(value: Optional[str]) -> Optional[bytes]:
    return None if value is None else b64decode(value)


def _change(path: str, before: Optional[str], after: Optional[str], mode: Optional[int]) -> Change:
    return Change(path, _bytes(before), _bytes(after), mode)

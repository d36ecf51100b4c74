"""Trees for tests: make one, photograph every byte of it, and stop a process in the middle of a system call."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Optional

import pytest

from codemod.errors import Refused

Photo = dict[str, tuple[int, bytes]]

#: Every call of the file layer that changes a disk. `os.open` counts where it creates.
CALLS = ("open", "write", "fsync", "replace", "unlink", "chmod", "chown", "mkdir", "rmdir")


def grow(root: Path, files: dict[str, bytes]) -> Path:
    """Write files below a root, folders included."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def photograph(root: Path, without: tuple[str, ...] = ()) -> Photo:
    """Everything below a root: type and mode, and content (a link's target); names are absolute strings."""
    photo: Photo = {}
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in without]
        for name in folders + names:
            path = os.path.join(folder, name)
            photo[path] = (os.lstat(path).st_mode, _content(path))
    return photo


def _content(path: str) -> bytes:
    mode = os.lstat(path).st_mode
    if stat.S_ISLNK(mode):
        return os.fsencode(os.readlink(path))
    return Path(path).read_bytes() if stat.S_ISREG(mode) else b""


def sees_everything() -> bool:
    """Whether permission bits mean nothing to this process (root, unless robbed of its capabilities)."""
    with tempfile.NamedTemporaryFile() as file:
        os.chmod(file.name, 0)
        return os.access(file.name, os.R_OK)


def git(root: Path, *words: str) -> str:
    """Run git as nobody in particular, with no configuration but the repository's own."""
    names = {f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    nobody = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(
        ["git", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", *words],
        cwd=root, env={**os.environ, **names, **nobody}, check=True, capture_output=True,
    )  # fmt: skip
    return os.fsdecode(done.stdout)


def commit(root: Path, files: dict[str, bytes]) -> Path:
    """A repository whose files are all committed."""
    grow(root, files)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "all")
    return root


@pytest.fixture
def fast_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dead process loses nothing that it wrote, only a dead machine does: here syncing costs time and no more."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


def refusal(action: Callable[[], object]) -> Optional[str]:
    """The line an action is refused with; None when it is done."""
    try:
        action()
    except Refused as error:
        return str(error)
    return None


@contextmanager
def tripwire(at: int, act: Callable[[str, tuple[Any, ...]], None], sticky: bool = False) -> Iterator[list[str]]:
    """Call `act(name, arguments)` instead of the disk-changing call number `at` (from 0); yields the log of calls.

    With `sticky` every later call but removals acts too, as on a disk that stays full.
    """
    real = {name: getattr(os, name) for name in CALLS}
    log: list[str] = []

    def wrap(name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            if name == "open" and not arguments[1] & os.O_CREAT:
                return real[name](*arguments, **named)
            log.append(name)
            late = sticky and len(log) - 1 > at and name not in ("unlink", "rmdir")
            if len(log) - 1 == at or late:
                act(name, arguments)
            return real[name](*arguments, **named)

        return call

    try:
        for name in CALLS:
            setattr(os, name, wrap(name))
        yield log
    finally:
        for name, function in real.items():
            setattr(os, name, function)


def killed(action: Callable[[], object], at: int) -> bool:
    """Run an action in a child that gets SIGKILL at its disk-changing call number `at`; whether it came that far.

    A write that is cut off has half of its bytes on the disk.
    """

    def die(name: str, arguments: tuple[Any, ...]) -> None:
        if name == "write":
            os.pwrite(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2], 0)
        os.kill(os.getpid(), signal.SIGKILL)

    def run() -> None:
        with tripwire(at, die):
            action()

    return os.WIFSIGNALED(os.waitpid(child(run), 0)[1])


def child(action: Callable[[], object]) -> int:
    """Fork, run the action, exit without pytest's clean-up; the process id."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 warns of threads that others started
        process = os.fork()
    if process:
        return process
    try:
        action()
    finally:
        os._exit(0)

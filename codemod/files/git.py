"""The three questions asked of git: which files, what is uncommitted, and where its private folder is.

A repository's own configuration can name programs to run (file system monitors, clean filters). None is run here:
what this tool looks at is never executed.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Optional

#: Set while a hook runs, and then they would point every call at the hook's repository.
HOOK_VARIABLES = frozenset(
    ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE",
     "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES")
)  # fmt: skip
QUIET = {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}


class GitFailed(Exception):
    """Git is missing or would not answer; the text is its own first line."""


def top_of(folder: Path) -> Optional[Path]:
    """The root of the work tree that `folder` is in, found without running git."""
    return next((up for up in (folder, *folder.parents) if private_folder(up) is not None), None)


def private_folder(top: Path) -> Optional[Path]:
    """The git directory of the work tree rooted at `top`; a file named `.git` points elsewhere (gitfile)."""
    entry = top / ".git"
    try:
        if entry.is_file():
            entry = top / os.fsdecode(entry.read_bytes()).partition("gitdir:")[2].strip()
        return entry if (entry / "HEAD").is_file() else None
    except (OSError, ValueError):
        return None


def listing(folder: Path, *which: str) -> list[str]:
    """Names of files below `folder`, relative to it; `which` is `--cached`, `--others` or both, ignored ones out.

    A nested repository is one name: `sub` when it is a submodule, `sub/` when it is untracked. Raises `GitFailed`.
    """
    return _names(_run(folder, "ls-files", *which, "--exclude-standard", "-z"))


def ignores(folder: Path) -> bool:
    """Whether git was told to ignore this folder itself. Raises `GitFailed`."""
    return _call(folder, "check-ignore", "-q", "--", str(folder)).returncode == 0


def uncommitted(top: Path) -> list[str]:
    """Tracked files that differ from the last commit, staged or not, relative to `top`. Raises `GitFailed`."""
    status = _run(
        top, *_without_filters(top), "status", "--porcelain=v1", "-z", "--no-renames",
        "--untracked-files=no", "--ignore-submodules=all",
    )  # fmt: skip
    return [line[3:] for line in _names(status)]


def _without_filters(top: Path) -> list[str]:
    """Options that switch off the filters which the repository, not the user, configured."""
    asked = _call(top, "config", "--show-scope", "--name-only", "-z", "--get-regexp", r"^filter\.")
    words = _names(asked.stdout)
    own = {name for scope, name in zip(words[::2], words[1::2]) if scope in ("local", "worktree")}
    return [
        word for name in sorted(own) for word in ("-c", f"{name}=" + ("false" if name.endswith("required") else ""))
    ]


def _names(output: bytes) -> list[str]:
    return [os.fsdecode(name) for name in output.split(b"\0") if name]


def _run(folder: Path, *words: str) -> bytes:
    done = _call(folder, *words)
    if done.returncode:
        lines = os.fsdecode(done.stderr).strip().splitlines() or ["no message"]
        raise GitFailed(lines[0])
    return done.stdout


def _call(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if name not in HOOK_VARIABLES}
    command = ["git", "-C", str(folder), "-c", "core.fsmonitor=", *words]
    try:
        return subprocess.run(
            command, env={**environment, **QUIET}, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except OSError as error:
        raise GitFailed(f"git cannot be run: {error.strerror}") from error

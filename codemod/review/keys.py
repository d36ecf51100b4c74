"""One key at a time from a terminal, and a text through the user's editor."""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import PurePosixPath
from typing import Optional

from codemod.errors import UnusableInput

#: Windows has no vi; both have an editor that needs no configuration.
_EDITOR = "notepad" if os.name == "nt" else "vi"
_END = "\x04"  # what a terminal sends for the end of input


def require_terminal() -> None:
    """Raises UnusableInput where nobody can be asked."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UnusableInput("--review asks in a terminal, and this is none; look with --dry-run, write with --apply")


def read_key() -> str:
    """The next key, without waiting for Enter; empty for what is not one character (arrows, pasted text).

    What was typed before the question stood there is dropped: nobody has read what it would answer.
    """
    if os.name == "nt":
        import msvcrt

        return str(msvcrt.getwch())  # type: ignore[attr-defined]
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor, termios.TCSAFLUSH)
        typed = os.read(descriptor, 1024)
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
    key = typed.decode("utf-8", "replace") if typed else _END
    return key if len(key) == 1 and key != "\x1b" else ""


def edit(path: str, data: bytes) -> Optional[bytes]:
    """What the user makes of a file in `$VISUAL` or `$EDITOR`; None where the editor fails.

    The editor gets a copy with the file's ending; the file itself is not touched.
    """
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or _EDITOR
    pure = PurePosixPath(path)
    handle, copy = tempfile.mkstemp(prefix=f"{pure.stem}.", suffix=pure.suffix)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        done = subprocess.run([*shlex.split(command), copy], check=False)
        with open(copy, "rb") as file:
            return None if done.returncode else file.read()
    except (OSError, ValueError):
        return None
    finally:
        with contextlib.suppress(OSError):
            os.unlink(copy)

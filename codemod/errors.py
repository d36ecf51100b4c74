"""Errors whose text is the one line a user reads: what, where, and what to do about it."""

from __future__ import annotations


class UnusableInput(Exception):
    """The question makes no sense as asked: nothing was done (exit code 2)."""


class Refused(UnusableInput):
    """Doing it could lose somebody's work, or could not be done whole: the message says what the tree is now."""


class Undecodable(ValueError):
    """These bytes are not text that Python would read; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unreadable(ValueError):
    """The text is no notebook of Python cells; the message says why in one line."""


def printable(name: str) -> str:
    r"""A file name on one line of any terminal: `a\nb.py`, `caf\xe9.py`."""
    visible = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in visible)

"""Two changes of one text put together, line by line; only where neither touches the other's lines."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import NamedTuple, Optional


class _Change(NamedTuple):
    start: int
    stop: int
    lines: list[str]


def merge(base: str, mine: str, theirs: str) -> Optional[str]:
    """`mine` and `theirs` as changes of `base`, both made; None where they meet."""
    if base == theirs or mine == theirs:
        return mine
    lines = _lines(base)
    ours, others = _changes(lines, _lines(mine)), _changes(lines, _lines(theirs))
    if any(_meet(one, other) for one in ours for other in others):
        return None
    for change in sorted([*ours, *others], reverse=True):
        lines[change.start : change.stop] = change.lines
    return "".join(lines)


def _changes(old: list[str], new: list[str]) -> list[_Change]:
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [_Change(i1, i2, new[j1:j2]) for tag, i1, i2, j1, j2 in codes if tag != "equal"]


def _meet(one: _Change, other: _Change) -> bool:
    """Lines next to each other count: nobody can say whether they belong together."""
    return one.start <= other.stop and other.start <= one.stop


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)

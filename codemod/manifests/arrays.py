"""Lists of string literals, in TOML and in Python: what to cut so that one item goes, what stands between two."""

from __future__ import annotations

import re
from typing import NamedTuple

from codemod.manifests.lines import Line, break_before, line_at

_COMMA = re.compile(r"\s*,")


class Item(NamedTuple):
    """A string literal with its quotes: `text[start:stop]`."""

    start: int
    stop: int


def quotes(text: str, item: Item) -> int:
    """How many characters of quotes the literal opens and closes with."""
    return 3 if text[item.start : item.start + 3] in ('"' * 3, "'" * 3) else 1


def between(text: str, item: Item) -> str:
    """From inside one literal to inside the next: quote, comma, the item's own line break and indent, quote."""
    line = line_at(text, item.start)
    indent = text[line.start : item.start]
    gap = " " if indent.strip() else break_before(text, line.start) + indent
    quote = text[item.start]
    return f"{quote},{gap}{quote}"


def cut(text: str, items: list[Item], place: int) -> tuple[int, int]:
    """The item with its comma, or with the comma before it where it is the last; its whole line if it has one."""
    item = items[place]
    comma = _COMMA.match(text, item.stop)
    stop = comma.end() if comma else item.stop
    line = line_at(text, item.start)
    if not comma and place and not text[items[place - 1].stop : item.start].strip(", \t\r\n"):
        return items[place - 1].stop, stop
    if _alone(text, line, item, stop):
        return (line.start, line.next)
    return item.start, _skip_blanks(text, stop) if comma else stop


def _alone(text: str, line: Line, item: Item, stop: int) -> bool:
    after = text[stop : line.stop].strip()
    return not text[line.start : item.start].strip() and (not after or after.startswith("#")) and stop <= line.stop


def _skip_blanks(text: str, stop: int) -> int:
    blanks = re.compile(r"[ \t]*").match(text, stop)
    return blanks.end() if blanks else stop

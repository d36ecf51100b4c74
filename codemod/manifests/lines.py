"""Text cut into lines with their offsets, and the span that removes a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from codemod.records import LINE_END


class Line(NamedTuple):
    """`text[start:stop]` without its line end; `next` is where the following line starts."""

    start: int
    stop: int
    next: int


def lines(text: str) -> Iterator[Line]:
    """The lines of a text, as Python's tokenizer ends them."""
    start = 0
    for end in LINE_END.finditer(text):
        yield Line(start, end.start(), end.end())
        start = end.end()
    if start < len(text):
        yield Line(start, len(text), len(text))


def line_at(text: str, offset: int) -> Line:
    """The line that an offset stands in; at a line end, the line that ends there."""
    start = max(text.rfind(end, 0, offset) for end in "\n\r") + 1
    end = LINE_END.search(text, offset)
    return Line(start, end.start(), end.end()) if end else Line(start, len(text), len(text))


def break_before(text: str, offset: int) -> str:
    """The line end just before an offset, `""` where there is none."""
    return next((end for end in ("\r\n", "\n", "\r") if text.endswith(end, 0, offset)), "")


def line_end(text: str, line: Line) -> str:
    """How the line ends; where it is the last and has no end, how the first line of the text ends."""
    other = LINE_END.search(text)
    return text[line.stop : line.next] or (other[0] if other else "\n")

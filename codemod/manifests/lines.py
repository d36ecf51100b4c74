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


def removal(text: str, first: int, after: int) -> tuple[int, int]:
    """What to cut so that the lines from `first` up to `after` go; a missing final newline stays missing."""
    if after < len(text) or text[-1:] in ("\n", "\r"):
        return first, after
    before = text[:first]
    return len(before[: -len(line_end(before, ""))] if line_end(before, "") else before), after


def line_end(text: str, default: str = "\n") -> str:
    """The line end that a text itself ends with, or uses last."""
    ends = LINE_END.findall(text)
    return ends[-1] if ends else default

"""What changes in a file, as rows that can be shown one above the other or side by side."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Optional

from codemod.records import LINE_END, FilePlan
from codemod.report.alignment import Marks, marks, pairs
from codemod.report.colours import Colours, Span

CONTEXT = 3  # lines, as git and diff -u show
WIDEST = 2000  # characters of a line that are shown: data written as Python can have lines of megabytes


@dataclass(frozen=True)
class Line:
    """A line of one side: 1-based number, text without its line end, coloured spans, changed stretches."""

    number: int
    text: str
    colours: tuple[Span, ...] = ()
    marks: tuple[tuple[int, int], ...] = ()

    def pieces(self) -> Iterator[tuple[str, str, bool]]:
        """The text cut where its look changes: (text, kind, whether it is a changed stretch)."""
        cuts = {0, len(self.text), *(at for span in self.colours for at in span[:2])}
        cuts.update(at for mark in self.marks for at in mark)
        ordered = sorted(cut for cut in cuts if cut <= len(self.text))
        begins = [span[0] for span in self.colours]
        for start, stop in zip(ordered, ordered[1:]):
            span = self.colours[bisect_right(begins, start) - 1] if begins else (0, 0, "")
            kind = span[2] if span[0] <= start < span[1] else ""
            yield self.text[start:stop], kind, any(begin <= start < end for begin, end in self.marks)


@dataclass(frozen=True)
class Row:
    """An old line beside the new one; one of them is None where a line only goes or only comes."""

    old: Optional[Line]
    new: Optional[Line]
    changed: bool

    def lines(self) -> tuple[Line, ...]:
        return tuple(line for line in (self.old, self.new) if line)


Hunk = tuple[Row, ...]


def hunks(plan: FilePlan, context: int = CONTEXT, *, coloured: bool = True) -> list[Hunk]:
    """The changes of `source` to `result` with some lines around them; line ends are not compared.

    Where nobody sees colours, `coloured=False` spares looking for what would have one.
    """
    old, new = _Side(plan.source, coloured), _Side(plan.result, coloured)
    matcher = SequenceMatcher(None, old.texts, new.texts)
    return [
        tuple(row for code in group for row in _rows(old, new, *code))
        for group in matcher.get_grouped_opcodes(context)
    ]


def windows(text: str, context: int = CONTEXT) -> Callable[[int], Hunk]:
    """What gives a line of a text (1-based) with some lines around it; nothing past the end."""
    side = _Side(text, True)

    def window(number: int) -> Hunk:
        inside = range(max(number - 1 - context, 0), min(number + context, len(side.texts)))
        return tuple(Row(line, line, False) for line in (side.line(index, []) for index in inside))

    return window


def first_line(hunk: Hunk) -> int:
    """The 1-based line of the old file where a hunk first changes; where text only comes, the line before it."""
    first = next(at for at, row in enumerate(hunk) if row.changed)
    block = takewhile(lambda row: row.changed, hunk[first:])
    going = [row.old.number for row in block if row.old]
    before = [row.old.number for row in hunk[:first] if row.old]
    return next(iter([*going, *before[::-1], 1]))


class _Side:
    """One side's lines and their colours."""

    def __init__(self, text: str, coloured: bool) -> None:
        self.starts = [0, *(match.end() for match in LINE_END.finditer(text))]
        self.texts = LINE_END.split(text)
        if not self.texts[-1]:  # what follows the last line end is no line
            self.texts.pop()
        self.colours = Colours(text) if coloured else None

    def line(self, index: int, changed: Marks) -> Line:
        text, start = self.texts[index], self.starts[index]
        colours = self.colours.line(start, start + min(len(text), WIDEST)) if self.colours else []
        if len(text) > WIDEST:
            text = f"{text[:WIDEST]} ... and {len(text) - WIDEST} more characters"
        return Line(index + 1, text, tuple(colours), tuple(changed))


def _rows(old: _Side, new: _Side, tag: str, i1: int, i2: int, j1: int, j2: int) -> Iterator[Row]:
    if tag == "equal":
        same = [old.line(index, []) for index in range(i1, i2)]
        yield from (Row(line, replace(line, number=line.number + j1 - i1), False) for line in same)
        return
    for i, j in pairs(old.texts[i1:i2], new.texts[j1:j2]):
        compared = bool(old.colours) and i is not None and j is not None
        cut, added = marks(old.texts[i1 + (i or 0)], new.texts[j1 + (j or 0)]) if compared else ([], [])
        before = None if i is None else old.line(i1 + i, cut)
        after = None if j is None else new.line(j1 + j, added)
        yield Row(before, after, True)

"""The diff of one file for the terminal, in lines with syntax colours: unified, or old and new side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest
from typing import Optional

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from codemod.records import FilePlan
from codemod.report.hunks import Hunk, Line, Row, first_line, hunks
from codemod.report.words import visible

SIDE_BY_SIDE = 160  # columns from which two halves hold most lines
#: The terminal's own 16 colours, which are readable on its own background, dark or light.
COLOURS = {
    "comment": "italic bright_black",
    "string": "yellow",
    "decorator": "magenta",
    "definition": "bold blue",
    "number": "cyan",
    "keyword": "magenta",
    "builtin": "blue",
    "self": "italic",
}
Look = tuple[str, str]  # sign and colour of a line
OLD, NEW, SAME, HERE = ("-", "red"), ("+", "green"), (" ", ""), (">", "yellow")


def diff(plan: FilePlan, console: Console, *, side_by_side: bool, only: Optional[Sequence[Hunk]] = None) -> Text:
    """Hunks of a file (all, or `only` these) under their `path:line`, of the code cells where it is a notebook."""
    shown = hunks(plan, coloured=bool(console.color_system)) if only is None else only
    gutter = len(str(max((line.number for hunk in shown for line in hunk[-1].lines()), default=100)))
    lines: list[Text] = []
    for hunk in shown:
        lines.append(Text(f"{visible(plan.path)}:{first_line(hunk)}", "cyan"))
        if side_by_side:
            lines.extend(_halves(hunk, gutter, console))
        elif console.is_terminal:
            lines.extend(part for line in _unified(hunk, gutter) for part in _folded(line, console.width, gutter + 3))
        else:
            lines.extend(_unified(hunk, gutter))
    return Text("\n").join(lines)


def listing(rows: Sequence[Row], number: int) -> Text:
    """Lines as they are, with a sign at one of them."""
    gutter = len(str(max((row.old.number for row in rows if row.old), default=0)))
    here = ((row.old, HERE if row.old.number == number else SAME) for row in rows if row.old)
    return Text("\n").join(_numbered(line, side, gutter) for line, side in here)


def _unified(hunk: Hunk, gutter: int) -> Iterator[Text]:
    for changed, rows in groupby(hunk, key=lambda row: row.changed):
        if changed:
            block = list(rows)
            yield from (_numbered(row.old, OLD, gutter) for row in block if row.old)
            yield from (_numbered(row.new, NEW, gutter, count=False) for row in block if row.new)
        else:
            yield from (_numbered(row.old, SAME, gutter) for row in rows if row.old)


def _numbered(line: Line, side: Look, gutter: int, count: bool = True) -> Text:
    """A line behind its number and sign; a new line has no number, because the file on disk does not have it."""
    sign, colour = side
    number = str(line.number) if count else ""
    text = Text(style=colour).append(f"{number:>{gutter}} ", "" if colour else "dim").append(f"{sign} ", "bold")
    text.append_text(_coloured(line, colour))
    text.rstrip()
    return text


def _coloured(line: Line, colour: str) -> Text:
    text = Text()
    for piece, kind, marked in line.pieces():
        text.append(visible(piece), f"black on {colour}" if marked and colour else COLOURS.get(kind, ""))
    return text


def _halves(hunk: Hunk, gutter: int, console: Console) -> Iterator[Text]:
    bar = " | " if console.options.ascii_only else " │ "
    width = (console.width - len(bar)) // 2
    for row in hunk:
        old = _half(row.old, OLD if row.changed else SAME, gutter, width)
        new = _half(row.new, NEW if row.changed else SAME, gutter, width)
        for left, right in zip_longest(old, new):
            text = Text().append_text(left or Text())
            text.pad_right(width - text.cell_len)
            text.append(bar, "dim").append_text(right or Text())
            text.rstrip()
            yield text


def _half(line: Optional[Line], side: Look, gutter: int, width: int) -> list[Text]:
    if line is None:
        return []
    return _folded(_numbered(line, side, gutter), width, gutter + 3)


def _folded(text: Text, width: int, indent: int) -> list[Text]:
    """A line cut to a width, never at the cost of a character; what follows stands under the code."""
    text.expand_tabs(4)
    lines = text.divide(_cuts(text.plain, max(width, 1), max(width - indent, 1)))
    return [lines[0], *(Text(" " * indent).append_text(line) for line in lines[1:])]


def _cuts(text: str, first: int, rest: int) -> list[int]:
    """Where a text is cut so that its first part takes `first` cells and every other at most `rest`."""
    if text.isascii():
        return list(range(first, len(text), rest))
    cuts: list[int] = []
    room = first
    for at, size in enumerate(map(cell_len, text)):
        if size > room:
            cuts.append(at)
            room = rest
        room -= size
    return cuts

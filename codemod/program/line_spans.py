"""The lines that a statement takes up, to take it away with them: offsets of their start and of what comes after."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from codemod.program.source import Source


def whole_lines(source: Source, statement: ast.stmt) -> tuple[int, int]:
    """From the start of the statement's first line to the start of the line after it."""
    start, stop = source.span(statement)
    last = source.line_of(stop)
    after = source.line_starts[last] if last < len(source.line_starts) else len(source.text)
    return source.line_starts[source.line_of(start) - 1], after


def with_gap(source: Source, statement: ast.stmt) -> tuple[int, int]:
    """The same with the blank line after it, where one stands before it too: one of them stays."""
    start, stop = whole_lines(source, statement)
    row, after = source.line_of(start) - 1, source.line_of(stop) - 1
    return start, source.line_starts[after + 1] if _is_blank(source, row - 1) and _is_blank(source, after) else stop


def past_blank(source: Source, statement: ast.stmt) -> tuple[int, int]:
    """The same with every blank line after it, as far as the last line."""
    start, stop = whole_lines(source, statement)
    row = source.line_of(stop) - 1
    while _is_blank(source, row):
        row += 1
    return start, source.line_starts[row] if stop < len(source.text) else stop


def shares_line(statement: ast.stmt, block: Iterable[ast.stmt]) -> bool:
    """Whether another statement of its block stands on a line of this one, before or behind a `;`."""
    first, last = statement.lineno, statement.end_lineno or statement.lineno
    others = (each for each in block if each is not statement)
    return any(each.lineno <= last and (each.end_lineno or each.lineno) >= first for each in others)


def _is_blank(source: Source, row: int) -> bool:
    """Whether a line (0-based) has nothing on it, and another line after it."""
    starts = source.line_starts
    return 0 <= row < len(starts) - 1 and not source.text[starts[row] : starts[row + 1]].strip()

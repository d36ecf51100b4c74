"""Where a comment can stand in a program, and where that is once the program has been edited."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Optional, Union

from codemod.program.source import Source
from codemod.records import Edit

#: What has a line of its own that a comment can stand above.
Holder = Union[ast.stmt, ast.ExceptHandler]
_BLANK = re.compile(r"[ \t\f]*")
_SKIPPED = re.compile(r"(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))*")


class Places:
    """The statements of one program by their lines, 1-based as everywhere."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._holders: dict[int, Holder] = {}
        for node in source.nodes:  # outer before inner
            if isinstance(node, (ast.stmt, ast.ExceptHandler)):
                self._holders.update(dict.fromkeys(range(_first(node), (node.end_lineno or node.lineno) + 1), node))

    def above(self, line: int) -> Optional[int]:
        """The offset at which a comment stands above the statement on a line; None where none can."""
        holder = self._holders.get(line)
        while holder is not None and not self._starts_line(holder):
            holder = self._before(holder)
        if holder is None:
            return None
        start = self.source.line_starts[_first(holder) - 1]
        return None if self.source.program[:start].rstrip("\r\n").endswith("\\") else start

    def indent(self, offset: int) -> str:
        """The tabs and spaces that the line at an offset starts with."""
        return self.source.program[offset : self.code(offset)].rpartition("\f")[2]

    def code(self, offset: int) -> int:
        """Past the white space from an offset that starts a line."""
        match = _BLANK.match(self.source.program, offset)
        return match.end() if match else offset

    def next_statement(self, offset: int) -> int:
        """Past the blank lines and comments from an offset that starts a line."""
        match = _SKIPPED.match(self.source.program, offset)
        return match.end() if match else offset

    def strings(self) -> Iterator[tuple[int, int]]:
        """The spans of texts that go over several lines."""
        for node in self.source.nodes:
            if isinstance(node, (ast.Constant, ast.JoinedStr)) and node.end_lineno != node.lineno:
                yield self.source.span(node)

    def _starts_line(self, holder: Holder) -> bool:
        if getattr(holder, "decorator_list", None):
            return True
        start = self.source.line_starts[holder.lineno - 1]
        return not self.source.program[start : self.source.span(holder)[0]].strip()

    def _before(self, holder: Holder) -> Optional[Holder]:
        """The statement before this one in its block, else the one around it."""
        parent = self.source.parents[holder]
        blocks = [block for _, block in ast.iter_fields(parent) if isinstance(block, list) and holder in block]
        at = blocks[0].index(holder) if blocks else 0
        if at:
            earlier: Holder = blocks[0][at - 1]
            return earlier
        return next((each for each in [parent, *self.source.ancestors(parent)]
                     if isinstance(each, (ast.stmt, ast.ExceptHandler))), None)  # fmt: skip


def moved(edits: Sequence[Edit], offset: int) -> Optional[int]:
    """Where an offset is after the edits, behind what is inserted at it; None inside what one of them replaces."""
    if any(edit.start < offset < edit.stop for edit in edits):
        return None
    return offset + sum(len(edit.text) - (edit.stop - edit.start) for edit in edits if edit.stop <= offset)


def _first(holder: Holder) -> int:
    """The line a statement starts on, its decorators included."""
    lines: list[int] = [holder.lineno, *(each.lineno for each in getattr(holder, "decorator_list", ()))]
    return min(lines)

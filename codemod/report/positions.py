"""Where an edit lies in its file, in the lines and columns that people and programs count."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from codemod.records import LINE_END, Edit, FilePlan

LAST_LINE_END = re.compile(r"(\r\n|\r|\n)\Z")


@dataclass(frozen=True)
class Place:
    """An edit with its place in `FilePlan.source`: 1-based lines and columns; `end_column` is one past the text.

    An edit that takes a line together with its line end ends on that line, not at the start of the next.
    """

    edit: Edit
    before: str
    line: int
    column: int
    end_line: int
    end_column: int


def places(plan: FilePlan) -> Iterator[Place]:
    """Every edit of a plan in order of place; linear in the text and its edits."""
    source = plan.source
    starts = [0, *(match.end() for match in LINE_END.finditer(source))]
    for edit in sorted(plan.edits):
        before = source[edit.start : edit.stop]
        kept = edit.start + len(LAST_LINE_END.sub("", before))
        line, end = bisect_right(starts, edit.start), bisect_right(starts, kept)
        yield Place(edit, before, line, edit.start - starts[line - 1] + 1, end, kept - starts[end - 1] + 1)

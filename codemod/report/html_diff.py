"""The diff of one file as HTML: old and new side by side, with syntax colours and the changed words marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Optional

from codemod.records import FilePlan
from codemod.report.hunks import Hunk, Line, Row, first_line, hunks
from codemod.report.words import visible

Head = Callable[[Hunk], str]


def diff(plan: FilePlan, head: Head) -> str:
    """A table for each hunk, under the line at which it starts and what `head` says of it in HTML."""
    return "".join(_hunk(hunk, "code line" if plan.cells else "line", head(hunk)) for hunk in hunks(plan))


def listing(rows: Sequence[Row]) -> str:
    """Lines as they are, for a place that is left."""
    shown = "".join(f"<tr>{_cells(row.old)}</tr>" for row in rows)
    return f'<table class="diff at"><tbody>{shown}</tbody></table>' if shown else ""


def _hunk(hunk: Hunk, line: str, head: str) -> str:
    rows = "".join(map(_row, hunk))
    return f'<h4>{line} {first_line(hunk)}{head}</h4><table class="diff"><tbody>{rows}</tbody></table>'


def _row(row: Row) -> str:
    if not row.changed:
        return f"<tr>{_cells(row.old)}{_cells(row.new)}</tr>"
    return f"<tr>{_cells(row.old, 'old')}{_cells(row.new, 'new')}</tr>"


def _cells(line: Optional[Line], side: str = "") -> str:
    if line is None:
        return '<td class="number none"></td><td class="none"></td>'
    code = "".join(_piece(*piece) for piece in line.pieces())
    look = f' class="{side}"' if side else ""
    return f'<td class="number {side}">{line.number}</td><td{look}><code>{code}</code></td>'


def _piece(text: str, kind: str, marked: bool) -> str:
    shown = escape(visible(text))
    if kind:
        shown = f'<i class="{kind}">{shown}</i>'
    return f"<mark>{shown}</mark>" if marked else shown

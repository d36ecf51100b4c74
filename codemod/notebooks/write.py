"""Edits of a notebook's program, back into the notebook's text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import replace

from codemod.manifests.lines import break_before
from codemod.notebooks.literals import only_ascii, rewritten
from codemod.notebooks.read import Cell, Notebook
from codemod.records import Edit


def write(notebook: Notebook, edits: Iterable[Edit]) -> str:
    """The notebook's text with the edits of `source` made in its cells; whatever they do not touch stays as it is.

    Reading it again gives `source` with `fit(notebook, edits)` made. Raises ValueError as `fit` does.
    """
    fitted = fit(notebook, edits)
    escape = only_ascii(notebook.text)
    text = notebook.text
    for cell in reversed(notebook.cells):
        own = [edit for edit in fitted if cell.start <= edit.start <= cell.stop]
        changes = [(edit.start - cell.start, edit.stop - cell.start, edit.text) for edit in own]
        if changes:
            start, stop = cell.value
            text = text[:start] + rewritten(text[start:stop], changes, escape) + text[stop:]
    return text


def fit(notebook: Notebook, edits: Iterable[Edit]) -> list[Edit]:
    """The edits, sorted, each confined to one cell; twice is once.

    A last line that goes takes the line end before it along, for a cell has none at its end. Raises ValueError
    for edits that overlap or that change two cells at once.
    """
    starts = [cell.start for cell in notebook.cells]
    fitted: list[Edit] = []
    for edit in sorted(edits):
        if fitted and edit.start < fitted[-1].stop:
            raise ValueError(f"two edits overlap in line {notebook.line(edit.start)}")
        place = bisect_right(starts, edit.start) - 1
        if place + 1 < len(starts) and edit.start >= notebook.cells[place].stop and edit.stop > starts[place + 1]:
            place += 1
        cell = notebook.cells[place]
        if place + 1 < len(starts) and edit.stop > starts[place + 1]:
            first, last = notebook.line(edit.start), notebook.line(edit.stop)
            raise ValueError(f"an edit changes two cells: lines {first} and {last}")
        inside = _inside(cell, notebook.source, edit)
        if inside:
            fitted.append(inside)
        if edit.stop > cell.stop and not edit.text:
            _take_line_end(cell, notebook.source, fitted)
    return fitted


def _inside(cell: Cell, source: str, edit: Edit) -> Edit | None:
    """The part of an edit that is in the cell; None where nothing is."""
    if cell.stop < edit.start:
        lead = "" if source[cell.start : cell.stop].endswith(("\n", "\r")) or cell.start == cell.stop else "\n"
        text = lead + edit.text.rstrip("\r\n") if edit.text else ""
    elif cell.stop < edit.stop:
        text = edit.text.rstrip("\r\n")
    else:
        text = edit.text
    start, stop = max(cell.start, min(edit.start, cell.stop)), min(edit.stop, cell.stop)
    return replace(edit, start=start, stop=stop, text=text) if text or start < stop else None


def _take_line_end(cell: Cell, source: str, fitted: list[Edit]) -> None:
    """Let the removals that empty the end of a cell begin one line end earlier."""
    stop = cell.stop
    for place in reversed(range(len(fitted))):
        edit = fitted[place]
        if edit.stop != stop or edit.text:
            return
        start = edit.start - len(break_before(source, edit.start))
        free = place == 0 or fitted[place - 1].stop <= start
        if start < edit.start and cell.start <= start and free:
            fitted[place] = replace(edit, start=start)
            return
        stop = edit.start

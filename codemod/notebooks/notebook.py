"""A notebook's code cells as one program, and edits of that program back into the notebook."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from codemod.manifests.lines import break_before
from codemod.notebooks.layout import Span, items, members, root
from codemod.notebooks.literals import only_ascii, rewritten
from codemod.notebooks.magics import plain
from codemod.records import LINE_END, Edit

#: What stands between two cells in `Notebook.source`.
GAP = "\n\n"

#: Kernels of other languages by name, for notebooks that do not say their language.
_FOREIGN_KERNEL = re.compile(r"(?:ir|julia.*|bash|sos|scala|almond|deno|octave|xcpp.*)$", re.I)
_PYTHON = re.compile(r"i?python", re.I)


class Unreadable(ValueError):
    """The text is no notebook of Python cells; the message says why in one line."""


@dataclass(frozen=True)
class Cell:
    """A code cell: `Notebook.source[start:stop]` is its text, `Notebook.text[value[0]:value[1]]` the JSON of it."""

    start: int
    stop: int
    value: Span
    parses: bool


@dataclass(frozen=True)
class Notebook:
    """`source` holds the code cells with `GAP` between; `program` the same characters, blank where not Python.

    `commands` are the spans of `source` that IPython takes for itself (magics, shell lines, help). A cell that
    does not parse is blank in `program`.
    """

    text: str
    source: str
    program: str
    cells: tuple[Cell, ...]
    commands: tuple[Span, ...]

    def line(self, offset: int) -> int:
        """The 1-based line of an offset in `source`."""
        return len(LINE_END.findall(self.source, 0, offset)) + 1

    @property
    def unparsed(self) -> Iterator[tuple[int, str]]:
        """The first line and the text of each cell that is not Python."""
        return ((self.line(each.start), self.source[each.start : each.stop]) for each in self.cells if not each.parses)


def read(text: str) -> Notebook:
    """Read the text of an .ipynb file, format 3 or 4. Raises `Unreadable`."""
    document = _loaded(text)
    _check_language(document)
    start, programs, sources = 0, [], []
    cells: list[Cell] = []
    commands: list[Span] = []
    for source, value in _code(text, document):
        made = plain(source)
        cells.append(Cell(start, start + len(source), value, made.parses))
        commands += [(start + first, start + last) for first, last in made.commands]
        sources.append(source)
        programs.append(made.program)
        start += len(source) + len(GAP)
    return Notebook(text, GAP.join(sources), GAP.join(programs), tuple(cells), tuple(commands))


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


def _loaded(text: str) -> Mapping[str, object]:
    try:
        document = json.loads(text)
    except RecursionError as error:
        raise Unreadable("not a notebook: its JSON is nested too deeply") from error
    except ValueError as error:
        raise Unreadable(f"not a notebook: {error}") from error
    if not isinstance(document, dict):
        raise Unreadable("not a notebook: its JSON is not an object")
    return document


def _check_language(document: Mapping[str, object]) -> None:
    metadata = _mapping(document.get("metadata"))
    kernel, info = _mapping(metadata.get("kernelspec")), _mapping(metadata.get("language_info"))
    language = info.get("name") or kernel.get("language")
    if language and not _PYTHON.match(str(language)):
        raise Unreadable(f"the notebook's language is {language}, not Python")
    if not language and _FOREIGN_KERNEL.match(str(kernel.get("name", ""))):
        raise Unreadable(f"the notebook's kernel is {kernel['name']}, not Python")


def _code(text: str, document: Mapping[str, object]) -> Iterator[tuple[str, Span]]:
    """The text of each Python cell, and where its JSON value stands."""
    top = members(text, root(text))
    for number, span in enumerate(_cells(text, document, top), 1):
        cell = json.loads(text[slice(*span)])
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        name = "source" if "source" in cell else "input"
        source = cell.get(name)
        if isinstance(source, list) and all(isinstance(line, str) for line in source):
            source = "".join(source)
        if not isinstance(source, str):
            raise Unreadable(f"not a notebook: cell {number} has no source")
        if _PYTHON.match(str(cell.get("language", "python"))):
            yield source, members(text, span[0])[name]


def _cells(text: str, document: Mapping[str, object], top: Mapping[str, Span]) -> Iterator[Span]:
    """Format 4 has one list of cells; format 3 one for each worksheet."""
    if isinstance(document.get("cells"), list):
        yield from items(text, top["cells"][0])
    elif isinstance(document.get("worksheets"), list):
        for sheet in items(text, top["worksheets"][0]):
            found = members(text, sheet[0]) if text[sheet[0]] == "{" else {}
            if "cells" in found and text[found["cells"][0]] == "[":
                yield from items(text, found["cells"][0])
    else:
        raise Unreadable("not a notebook: it has no cells")


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}

"""A notebook's code cells as one program."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from codemod.errors import Unreadable
from codemod.notebooks.layout import Span, items, members, root
from codemod.notebooks.magics import plain
from codemod.records import line_number

#: What stands between two cells in `Notebook.source`.
GAP = "\n\n"

#: Kernels of other languages by name, for notebooks that do not say their language.
_FOREIGN_KERNEL = re.compile(r"(?:ir|julia.*|bash|sos|scala|almond|deno|octave|xcpp.*)$", re.I)
_PYTHON = re.compile(r"i?python", re.I)


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
        return line_number(self.source, offset)

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


def raw_cells(text: str, kind: str = "raw") -> list[str]:
    """The text of a format 4 notebook's raw cells, which never run, or of its `markdown` cells."""
    cells = _loaded(text).get("cells")
    raw = [each for each in (cells if isinstance(cells, list) else ()) if _mapping(each).get("cell_type") == kind]
    return ["".join(each["source"]) for each in raw if isinstance(each.get("source"), (str, list))]


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

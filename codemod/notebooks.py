"""Notebooks: their code cells as one program, and edits of it written back into the JSON, byte for byte elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]

from codemod.magics import python_only
from codemod.records import Edit

#: Between two cells of the joined program.
GAP = "\n\n"
_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


class NotANotebook(ValueError):
    """The file cannot be read as a notebook of Python; the reason is the message."""


@dataclass(frozen=True)
class Cell:
    """A code cell: where its `source` value stands in the file, and its place in the joined program."""

    start: int
    stop: int
    text: str
    offset: int

    @property
    def end(self) -> int:
        return self.offset + len(self.text)


@dataclass(frozen=True)
class Notebook:
    """`source` is the joined code; `program` has as many characters, with what is not Python blanked out."""

    text: str
    cells: tuple[Cell, ...]

    @property
    def source(self) -> str:
        return GAP.join(cell.text for cell in self.cells)

    @property
    def program(self) -> str:
        return GAP.join(python_only(cell.text) for cell in self.cells)


def read(text: str) -> Notebook:
    """The code cells of a notebook's exact text. Raises NotANotebook."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotANotebook(f"is not JSON: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        raise NotANotebook("has no cells (notebooks of format 4 are read)")
    kernel = content.get("metadata", {}).get("kernelspec", {})
    language = kernel.get("language") or content.get("metadata", {}).get("language_info", {}).get("name") or "python"
    if language.lower() != "python":
        raise NotANotebook(f"is a notebook of {language}")
    cells, offset = [], 0
    for start, stop in _sources(text):
        value = json.loads(text[start:stop])
        code = value if isinstance(value, str) else "".join(value)
        cells.append(Cell(start, stop, code, offset))
        offset += len(code) + len(GAP)
    return Notebook(text, tuple(cells))


def write(notebook: Notebook, edits: Sequence[Edit]) -> tuple[str, str]:
    """The file's new text and the new joined code; edits come in their order. Raises ValueError for one across cells."""
    text, codes, position = [], [], 0
    for cell in notebook.cells:
        mine = [edit for edit in edits if cell.offset <= edit.start < cell.end + len(GAP)]
        code = _edited(cell, mine)
        codes.append(code)
        if code != cell.text:
            text += [notebook.text[position : cell.start], _literal(notebook.text, cell, code)]
            position = cell.stop
    return "".join([*text, notebook.text[position:]]), GAP.join(codes)


def _edited(cell: Cell, edits: Sequence[Edit]) -> str:
    """A cell's new code. What is inserted into the gap after a cell belongs to its end."""
    code = cell.text + GAP
    for edit in reversed(edits):  # in the order of their places, so that two insertions at one place stay in order
        if edit.stop > cell.end + len(GAP):
            raise ValueError("a rewrite reaches over the end of a cell")
        code = code[: edit.start - cell.offset] + edit.text + code[edit.stop - cell.offset :]
    if not edits:
        return cell.text
    ended = cell.text.endswith("\n")
    return code.rstrip("\n") + ("\n" if ended else "")


def _literal(text: str, cell: Cell, code: str) -> str:
    """The new `source` value, in the style of the old one; lines that stay keep their spelling."""
    old = text[cell.start : cell.stop]
    plain = not text.isascii() or "\\u" not in text
    if not old.startswith("["):
        return json.dumps(code, ensure_ascii=not plain)
    spans = list(_elements(old, 0))
    spelled = {json.loads(old[a:b]): old[a:b] for a, b in spans}
    lines = code.splitlines(keepends=True)
    literals = [spelled.get(line) or json.dumps(line, ensure_ascii=not plain) for line in lines]
    opening = old[: spans[0][0]] if spans else "["
    closing = old[spans[-1][1] :] if spans else "]"
    between = old[spans[0][1] : spans[1][0]] if len(spans) > 1 else "," + (opening[1:] or " ")
    return opening + between.join(literals) + closing if literals else "[]"


def _sources(text: str) -> Iterator[tuple[int, int]]:
    """The spans of the code cells' `source` values."""
    cells = dict(_members(text, _skip(text, 0)))["cells"]
    for start, _ in _elements(text, cells[0]):
        members = dict(_members(text, start))
        if json.loads(text[slice(*members["cell_type"])]) == "code" and "source" in members:
            yield members["source"]


def _members(text: str, start: int) -> Iterator[tuple[str, tuple[int, int]]]:
    """The keys of the object at `start`, with the spans of their values."""
    position = _skip(text, start + 1)
    while text[position] != "}":
        key, position = scanstring(text, position + 1)
        position = _skip(text, _skip(text, position) + 1)
        _, stop = _DECODER.raw_decode(text, position)
        yield key, (position, stop)
        position = _skip(text, stop)
        position = _skip(text, position + 1) if text[position] == "," else position


def _elements(text: str, start: int) -> Iterator[tuple[int, int]]:
    """The spans of the elements of the array at `start`."""
    position = _skip(text, start + 1)
    while text[position] != "]":
        _, stop = _DECODER.raw_decode(text, position)
        yield position, stop
        position = _skip(text, stop)
        position = _skip(text, position + 1) if text[position] == "," else position


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position

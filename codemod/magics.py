"""What is not Python in a notebook's cell, blanked out: the same number of characters, so that every offset stays."""

from __future__ import annotations

import ast
import re

#: Cell magics after whose first line Python follows.
_PYTHON_CELLS = ("time", "timeit", "capture", "prun", "memit", "mprun")
_MAGIC = re.compile(r"[ \t]*(?:[%!?]|[\w.]+\?{1,2}[ \t]*$)")
_ASSIGNED = re.compile(r"([ \t]*[\w., \t]+=[ \t]*)[!%](?!=)")
_CELL_MAGIC = re.compile(r"\s*%%(\w+)")


def python_only(cell: str) -> str:
    """A cell with its magics blanked out; a cell of another language, or one that does not parse, is all blank."""
    magic = _CELL_MAGIC.match(cell)
    if magic:
        if magic[1] not in _PYTHON_CELLS:
            return _spaces(cell)
        first = cell.index("\n", magic.end()) if "\n" in cell[magic.end() :] else len(cell)
        return _spaces(cell[:first]) + python_only(cell[first:])
    if _parses(cell):
        return cell
    program = _without_magics(cell)
    return program if _parses(program) else _spaces(cell)


def magic_lines(cell: str) -> list[tuple[int, str]]:
    """The shell and magic lines of a cell: offset and text."""
    found, offset = [], 0
    for line in cell.splitlines(keepends=True):
        if _MAGIC.match(line):
            found.append((offset, line))
        offset += len(line)
    return found


def _without_magics(cell: str) -> str:
    lines, continued = [], False
    for line in cell.splitlines(keepends=True):
        assigned = _ASSIGNED.match(line)
        if continued or (_MAGIC.match(line) and not assigned):
            lines.append(_blank(line, continued))
            continued = line.rstrip("\r\n").endswith("\\")
        elif assigned:
            rest = line[assigned.end(1) :]
            lines.append(assigned[1] + "0" + _spaces(rest[1:]))
            continued = line.rstrip("\r\n").endswith("\\")
        else:
            lines.append(line)
    return "".join(lines)


def _blank(line: str, continued: bool) -> str:
    """A line without its magic; inside a block a statement stays, since a block cannot be empty."""
    text = line.rstrip("\r\n")
    body = text.lstrip(" \t")
    indent = text[: len(text) - len(body)]
    if not indent or continued:
        return _spaces(line)
    stays = "pass" if len(body) >= 4 else "0"
    return indent + stays + _spaces(line[len(indent) + len(stays) :])


def _spaces(text: str) -> str:
    return re.sub(r"[^\r\n]", " ", text)


def _parses(program: str) -> bool:
    try:
        ast.parse(program)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True

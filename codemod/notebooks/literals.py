"""A cell's source as JSON writes it, changed character by character: what is not edited keeps its escapes."""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate

from codemod.notebooks.layout import items

Change = tuple[int, int, str]  # start, stop, new text; offsets in the cell
Characters = list[str]  # each character of a text, the way the JSON spells it

_SPELLED = re.compile(r"\\u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w|\\u\w{4}|\\.|[^\\]")
_ESCAPED = re.compile(r"(?<!\\)(?:\\\\)*\\u(?!00[0-7])[0-9a-fA-F]{4}")


def only_ascii(document: str) -> bool:
    """Whether the program that wrote this JSON escapes whatever is not ASCII."""
    return document.isascii() and bool(_ESCAPED.search(document))


def rewritten(value: str, changes: Sequence[Change], escape: bool) -> str:
    """The JSON value (a string, or an array of lines) with the changes made; they are sorted and do not overlap."""
    pending = [(start, stop, _spell(new, escape)) for start, stop, new in reversed(changes)]
    if value.startswith('"'):
        characters = _SPELLED.findall(value[1:-1])
        for start, stop, new in pending:
            characters[start:stop] = new
        return _quoted(characters)
    spans = list(items(value, 0))
    lines = [_SPELLED.findall(value[start + 1 : stop - 1]) for start, stop in spans]
    for start, stop, new in pending:
        _replace(lines, start, stop, new)
    return _array(value, spans, lines)


def _replace(lines: list[Characters], start: int, stop: int, new: Characters) -> None:
    """Change the lines that the span touches, and the next one where a line end has gone."""
    bounds = [0, *accumulate(map(len, lines))]
    first = max(0, min(bisect_right(bounds, start), len(lines)) - 1)
    last = max(first + 1, bisect_left(bounds, stop))
    touched = [character for line in lines[first:last] for character in line]
    touched[start - bounds[first] : stop - bounds[first]] = new
    if touched and last < len(lines) and len(_split([*touched, "x"])) == len(_split(touched)):
        touched += lines[last]
        last += 1
    lines[first:last] = _split(touched)


def _split(characters: Characters) -> list[Characters]:
    """Lines as nbformat ends them."""
    text = json.loads(_quoted(characters))
    bounds = [0, *accumulate(len(line) for line in text.splitlines(keepends=True))]
    return [characters[start:stop] for start, stop in zip(bounds, bounds[1:])]


def _array(value: str, spans: Sequence[tuple[int, int]], lines: Sequence[Characters]) -> str:
    """The lines between the brackets, blanks and commas that the array has."""
    if not lines:
        return "[]"
    opening = value[1 : spans[0][0]] if spans else ""
    closing = value[spans[-1][1] : -1] if spans else ""
    between = value[spans[0][1] : spans[1][0]] if len(spans) > 1 else f",{opening or ' '}"
    return f"[{opening}{between.join(map(_quoted, lines))}{closing}]"


def _quoted(characters: Characters) -> str:
    return f'"{"".join(characters)}"'


def _spell(text: str, escape: bool) -> Characters:
    """A lone surrogate is always escaped: no encoding has it."""
    return [json.dumps(each, ensure_ascii=escape or "\ud800" <= each <= "\udfff")[1:-1] for each in text]

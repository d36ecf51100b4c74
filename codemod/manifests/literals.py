"""Requirements written as string literals in a Python program, found with `ast`, by the character."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Callable, Optional

from codemod.manifests import arrays
from codemod.manifests.entry import Entry, requirement
from codemod.records import LINE_END

_PLAIN = re.compile(r"['\"]")
Parse = Callable[[str, int, int], Optional[Entry]]


class Offsets:
    """Character offsets of `ast` positions, whose columns count UTF-8 bytes."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(end.end() for end in LINE_END.finditer(text))]

    def at(self, line: int, column: int) -> int:
        start = self._starts[line - 1]
        stop = self._starts[line] if line < len(self._starts) else len(self._text)
        return start + len(self._text[start:stop].encode()[:column].decode())

    def span(self, node: ast.expr) -> tuple[int, int]:
        return (
            self.at(node.lineno, node.col_offset),
            self.at(node.end_lineno or node.lineno, node.end_col_offset or 0),
        )


def items(text: str, elements: Sequence[ast.expr], place: Offsets, parse: Parse = requirement) -> Iterator[Entry]:
    """The requirements among the elements of one list, or the arguments of one call."""
    spans = [arrays.Item(*place.span(element)) for element in elements]
    for index, item in enumerate(spans):
        entry = _entry(text, item, elements[index], parse)
        if entry:
            tail = text[entry.stop : item.stop - arrays.quotes(text, item)]
            yield replace(entry, cut=arrays.cut(text, spans, index), between=tail + arrays.between(text, item))


def _entry(text: str, item: arrays.Item, node: ast.expr, parse: Parse) -> Optional[Entry]:
    """Only a literal that reads as it is written: no prefix, no escape, no implicit joining."""
    width = arrays.quotes(text, item)
    inside = text[item.start + width : item.stop - width]
    if not _PLAIN.match(text, item.start) or not isinstance(node, ast.Constant) or node.value != inside:
        return None
    return parse(text, item.start + width, item.stop - width)

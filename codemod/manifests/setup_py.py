"""setup.py: requirement lists found with `ast`, whatever keyword or variable they stand in."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Optional

from codemod.manifests import arrays
from codemod.manifests.entry import FAIR_ESM, RULE, Entry, Section, normalised, requirement
from codemod.records import LINE_END, Leftover

_NOT_REQUIREMENTS = ("keywords", "packages", "classifiers", "scripts", "name", "description", "url", "py_modules")
_PLAIN = re.compile(r"['\"]")


def read(path: str, text: str) -> Iterator[Section | Leftover]:
    """Lists of plain strings that name fair-esm, and `install_requires`, whose entries count for all of them."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        yield Leftover(path, 1, RULE, "setup.py does not parse: look for fair-esm in it by hand")
        return
    if _own_name(tree):
        return
    place = _Offsets(text)
    seen: set[ast.AST] = set(_ignored(tree))
    installed = list(_installed(tree))
    for node in ast.walk(tree):
        if isinstance(node, (ast.List, ast.Tuple)) and node not in seen:
            seen.update(node.elts)
            entries = tuple(_items(text, node, place))
            if entries:
                yield Section(entries, scope="setup", base=node in installed)
    yield from _unlisted(path, tree, seen)


class _Offsets:
    """Character offsets of `ast` positions, whose columns count UTF-8 bytes."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(end.end() for end in LINE_END.finditer(text))]

    def at(self, line: int, column: int) -> int:
        start = self._starts[line - 1]
        stop = self._starts[line] if line < len(self._starts) else len(self._text)
        return start + len(self._text[start:stop].encode()[:column].decode())


def _own_name(tree: ast.AST) -> bool:
    return any(
        isinstance(node, ast.keyword) and node.arg == "name" and _string(node.value) == FAIR_ESM
        for node in ast.walk(tree)
    )


def _ignored(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in _NOT_REQUIREMENTS:
            yield from ast.walk(node.value)
        elif isinstance(node, ast.Dict):
            yield from (key for key in node.keys if key)


def _installed(tree: ast.AST) -> Iterator[ast.AST]:
    """The lists behind `install_requires=`, straight or through a variable."""
    values = [n.value for n in ast.walk(tree) if isinstance(n, ast.keyword) and n.arg == "install_requires"]
    names = {value.id for value in values if isinstance(value, ast.Name)}
    yield from values
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id in names for t in node.targets):
            yield node.value


def _items(text: str, node: ast.List | ast.Tuple, place: _Offsets) -> Iterator[Entry]:
    items = [arrays.Item(*_span(element, place)) for element in node.elts]
    for index, item in enumerate(items):
        entry = _entry(text, item, node.elts[index])
        if entry:
            tail = text[entry.stop : item.stop - arrays.quotes(text, item)]
            yield replace(entry, cut=arrays.cut(text, items, index), between=tail + arrays.between(text, item))


def _entry(text: str, item: arrays.Item, node: ast.expr) -> Optional[Entry]:
    """Only a literal that reads as it is written: no prefix, no escape, no implicit joining."""
    width = arrays.quotes(text, item)
    inside = text[item.start + width : item.stop - width]
    if not _PLAIN.match(text, item.start) or not isinstance(node, ast.Constant) or node.value != inside:
        return None
    return requirement(text, item.start + width, item.stop - width)


def _span(node: ast.expr, place: _Offsets) -> tuple[int, int]:
    return (
        place.at(node.lineno, node.col_offset),
        place.at(node.end_lineno or node.lineno, node.end_col_offset or 0),
    )


def _unlisted(path: str, tree: ast.AST, seen: set[ast.AST]) -> Iterator[Leftover]:
    for node in ast.walk(tree):
        value = _string(node) if isinstance(node, ast.Constant) and node not in seen else ""
        if any(_is_fair(line.strip()) for line in value.splitlines()):
            yield Leftover(path, getattr(node, "lineno", 1), RULE, "fair-esm is named outside a list of requirements")


def _is_fair(text: str) -> bool:
    entry = requirement(text, 0, len(text))
    return entry is not None and entry.name == FAIR_ESM and (entry.stop == len(text) or text[entry.stop] in " ;,")


def _string(node: ast.AST) -> str:
    value = node.value if isinstance(node, ast.Constant) else None
    return (normalised(value) if "\n" not in value else value) if isinstance(value, str) else ""

"""setup.py: requirement lists found with `ast`, whatever keyword or variable they stand in."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemod.manifests.entry import FAIR_ESM, RULE, Section, normalised, requirement
from codemod.manifests.literals import Offsets, items
from codemod.records import Leftover

_NOT_REQUIREMENTS = ("keywords", "packages", "classifiers", "scripts", "name", "description", "url", "py_modules")


def read(path: str, text: str) -> Iterator[Section | Leftover]:
    """Lists of plain strings that name fair-esm, and `install_requires`, whose entries count for all of them."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        yield Leftover(path, 1, RULE, "setup.py does not parse: look for fair-esm in it by hand")
        return
    if _own_name(tree):
        return
    place = Offsets(text)
    seen: set[ast.AST] = set(_ignored(tree))
    installed = list(_installed(tree))
    for node in ast.walk(tree):
        if isinstance(node, (ast.List, ast.Tuple)) and node not in seen:
            seen.update(node.elts)
            entries = tuple(items(text, node.elts, place))
            if entries:
                yield Section(entries, scope="setup", base=node in installed)
    yield from _unlisted(path, tree, seen)


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

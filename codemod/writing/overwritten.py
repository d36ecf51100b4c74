"""Functions of Python's own whose names a program gives to something else: `list = []`, `dict = {}`."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from typing import Optional

from codemod.program.imports import Helper
from codemod.program.source import Scope, Source
from codemod.records import Edit
from codemod.uses.use import Use

_OWN = frozenset(dir(builtins))
#: Modules whose `open` and `range` are Python's own.
_SAME = frozenset(["builtins", "io", "six.moves"])


def overwritten(
    source: Source, helpers: list[Helper], edits: dict[Use, list[Edit]], starred: frozenset[str]
) -> Optional[tuple[list[Use], str]]:
    """The uses that cannot be written, and the name: what is added for them calls it and would get something else."""
    taken = _OWN.intersection(starred.union(*source.bindings.values())) - _imported(source)
    if not taken:
        return None
    outside = (source.bindings[source.tree] | starred) & taken
    for name in sorted(outside & _read(helpers)):
        return list(edits), name
    for use, made in edits.items():
        visible = outside.union(*(source.bindings[scope] & taken for scope in _scopes(source, use.node)))
        called = {name for edit in made for name in _CALLED.findall(edit.text)}
        for name in sorted(visible & called):
            return [use], name
    return None


_CALLED = re.compile(r"(?<![\w.])([A-Za-z]\w*)\(")


def _read(helpers: list[Helper]) -> set[str]:
    trees = [ast.parse(each.text) for each in helpers]
    return {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _imported(source: Source) -> set[str]:
    """What is Python's own wherever it is imported from."""
    plain = [node for node in source.imports if isinstance(node, ast.ImportFrom) and node.module in _SAME]
    return {alias.name for node in plain for alias in node.names if not alias.asname}


def _scopes(source: Source, node: ast.AST) -> Iterator[Scope]:
    scope = source.scope_of(node)
    while scope is not source.tree:
        yield scope
        scope = source.scopes[scope]

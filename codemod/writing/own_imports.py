"""Imports that functions have of their own: they serve what is written after them, and stand in the way before them.

A name that a function imports anywhere is its own everywhere in it: above the import it is unbound, whatever the module
imports under that name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from codemod.program.imports import ImportStatement, written
from codemod.program.source import Source
from codemod.program.visibility import is_inner, sees_all


@dataclass(frozen=True)
class OwnImports:
    source: Source

    def serve(self, dotted: str, local: str, start: int) -> bool:
        """Whether a function around this place has imported `dotted` as `local` before it."""
        return any(known == dotted and sees_all(self.source, each, [start]) for known, each in self._near(local, start))

    def hide(self, dotted: str, local: str, start: int) -> bool:
        """Whether `local` is at this place the name of an import of the function around it that has not run yet."""
        return any(True for _ in self._near(local, start)) and not self.serve(dotted, local, start)

    def _near(self, local: str, start: int) -> Iterator[tuple[str, ImportStatement]]:
        """The imports under this name of the functions around a place, with what they import."""
        for dotted, name, statement in self._inner:
            first, last = self.source.span(self.source.scope_of(statement))
            if name == local and first <= start < last:
                yield dotted, statement

    @cached_property
    def _inner(self) -> list[tuple[str, str, ImportStatement]]:
        found = []
        for node in self.source.imports:
            if is_inner(self.source, node):
                found += [(_dotted(node, alias), written(alias, node), node) for alias in node.names]
        return found


def _dotted(node: ImportStatement, alias: ast.alias) -> str:
    """What the local name of an alias stands for."""
    if isinstance(node, ast.ImportFrom):
        return f"{'.' * node.level}{node.module or ''}.{alias.name}"
    return alias.name if alias.asname else alias.name.partition(".")[0]

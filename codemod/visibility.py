"""Which import statements a place in a program can rely on."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from codemod.imports import ImportStatement
from codemod.source import FunctionNode, Source


def is_inner(source: Source, statement: ImportStatement) -> bool:
    """Whether an import is a function's own."""
    return not isinstance(source.scope_of(statement), ast.Module)


def sees_all(source: Source, statement: ImportStatement, starts: Iterable[int]) -> bool:
    """Whether all these offsets come after the statement has run: it is not in a branch that they are outside of."""
    offsets, child = tuple(starts), statement
    if any(start < source.span(statement)[0] for start in offsets):
        return False
    for parent in source.ancestors(statement):
        tried = isinstance(parent, ast.Try) and child in parent.body
        always = tried or isinstance(parent, (ast.Module, ast.With))
        if isinstance(parent, ast.ClassDef):
            return False  # its methods would not see the names
        if isinstance(parent, ast.If) and "TYPE_CHECKING" in ast.unparse(parent.test):
            return False
        if not always and not _holds_all(source, parent, child, offsets):
            return False
        if isinstance(parent, FunctionNode):
            return True
        child = parent  # type: ignore[assignment]
    return True


def _holds_all(source: Source, parent: ast.AST, child: ast.AST, starts: tuple[int, ...]) -> bool:
    """Whether every offset lies in the block of `parent` that `child` is in."""
    blocks = [block for _, block in ast.iter_fields(parent) if isinstance(block, list)]
    block = next((each for each in blocks if child in each), [child])
    start, stop = source.span(block[0])[0], source.span(block[-1])[1]
    return all(start <= each < stop for each in starts)

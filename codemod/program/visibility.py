"""Which import statements a place in a program can rely on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from codemod.program.imports import ImportStatement
from codemod.program.source import FunctionNode, Source


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


def prepares(statement: ast.stmt) -> bool:
    """Whether a statement sets what imports after it depend on: where models are kept, what devices are seen."""
    return not isinstance(statement, _DEFINITIONS) and _PREPARES.search(ast.unparse(statement)) is not None


_PREPARES = re.compile(r"\benviron(\[.*\] = |\.(setdefault|update|pop)\()|\b(putenv|load_dotenv)\(|\bsys\.path\b")


def in_branch(source: Source, statement: ImportStatement) -> bool:
    """Whether an import runs in some cases only: below `if __name__ == "__main__":`, say."""
    return any(isinstance(each, ast.If) for each in source.ancestors(statement))


def runs_later(source: Source, start: int, statement: ImportStatement) -> bool:
    """Whether an offset above an import is in a function's body that can only run once the import has.

    Nothing in between may call a function from there, and whoever imports the module must run the import.
    """
    if in_branch(source, statement):
        return False
    line = statement.lineno
    above = [each for each in source.tree.body if isinstance(each, _DEFINITIONS) and each.lineno < line]
    home = next((each for each in above if source.span(each)[0] <= start < source.span(each)[1]), None)
    if home is None or not any(_in_body(source, each, start) for each in ast.walk(home)):
        return False
    named = {each.name for each in above}
    loads = (each for each in source.nodes if isinstance(each, ast.Name) and each.lineno < line and each.id in named)
    return not any(isinstance(source.scope_of(each), ast.Module) for each in loads)


_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _in_body(source: Source, node: ast.AST, start: int) -> bool:
    plain = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    return plain and source.span(node.body[0])[0] <= start < source.span(node)[1]  # type: ignore[attr-defined]


def _holds_all(source: Source, parent: ast.AST, child: ast.AST, starts: tuple[int, ...]) -> bool:
    """Whether every offset lies in the block of `parent` that `child` is in."""
    blocks = [block for _, block in ast.iter_fields(parent) if isinstance(block, list)]
    block = next((each for each in blocks if child in each), [child])
    start, stop = source.span(block[0])[0], source.span(block[-1])[1]
    return all(start <= each < stop for each in starts)

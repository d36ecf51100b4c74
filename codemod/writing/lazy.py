"""Modules that leave heavy imports to the functions that need them: they stay as cheap to import as they were.

fair-esm and torch are optional there, or take seconds that `--help` should not cost.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Optional, Union

from codemod.program.imports import ImportStatement, import_order
from codemod.program.source import Source
from codemod.program.visibility import in_branch, is_inner
from codemod.records import Edit

Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]


def is_light(source: Source) -> bool:
    """Whether the module imports neither fair-esm nor transformers itself, nor torch unless fair-esm is left apart."""
    inner = [is_inner(source, each) or in_branch(source, each) for each in source.imports]
    above = {root for each, later in zip(source.imports, inner) if not later for root in _roots(each)}
    below = {root for each, later in zip(source.imports, inner) if later for root in _roots(each)}
    return not above & {"esm", "transformers"} and ("torch" not in above or "esm" in below)


def function_around(source: Source, start: int) -> Optional[Function]:
    """The outermost function whose body holds an offset, if the body has lines of its own."""
    for each in source.nodes:
        if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first, last = _first(each), source.span(each)[1]
            if source.span(first)[0] <= start < last:
                return each if source.starts_line(first) and first.lineno > each.lineno else None
    return None


def imported_in(source: Source, function: Function, lines: Iterable[str]) -> Edit:
    """The import lines at the top of a function, below its docstring."""
    first = _first(function)
    lineno = min([first.lineno, *(each.lineno for each in getattr(first, "decorator_list", ()))])
    offset, indent = source.line_starts[lineno - 1], source.indent(first)
    return Edit(offset, offset, "".join(f"{indent}{line}\n" for line in sorted(lines, key=import_order)), "imports")


def _first(function: Function) -> ast.stmt:
    """The first statement that does something."""
    return function.body[1] if ast.get_docstring(function, clean=False) and function.body[1:] else function.body[0]


def _roots(statement: ImportStatement) -> list[str]:
    if isinstance(statement, ast.ImportFrom):
        return [] if statement.level else [(statement.module or "").partition(".")[0]]
    return [each.name.partition(".")[0] for each in statement.names]

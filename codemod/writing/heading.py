"""What a module opens with, or a notebook's cell: new imports and functions stand at the end of it."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Optional

from codemod.program.imports import ImportStatement
from codemod.program.line_spans import whole_lines
from codemod.program.source import Source
from codemod.program.visibility import prepares


@dataclass(frozen=True)
class Heading:
    """`edited` are the offsets of edits, `anchor` one in the cell that is meant; a module is one cell."""

    source: Source
    edited: Sequence[int]
    anchor: int = 0

    @cached_property
    def start(self) -> int:
        return max((each for each in self.source.cells if each <= self.anchor), default=0)

    @cached_property
    def _body(self) -> list[ast.stmt]:
        stop = min((each for each in self.source.cells if each > self.anchor), default=len(self.source.text) + 1)
        return [each for each in self.source.tree.body if self.start <= self.source.span(each)[0] < stop]

    @cached_property
    def statements(self) -> list[ast.stmt]:
        """The statements before the first one that is edited or defines something."""
        found = []
        for statement in self._body:
            start, stop = self.source.span(statement)
            defines = isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
            if defines or any(start <= each < stop for each in self.edited):
                break
            found.append(statement)
        return found

    @cached_property
    def imports(self) -> list[ImportStatement]:
        return [each for each in self.statements if isinstance(each, (ast.Import, ast.ImportFrom))]

    @cached_property
    def docstring(self) -> Optional[ast.stmt]:
        first = next(iter(self._body), None)
        return first if isinstance(first, ast.Expr) and isinstance(getattr(first.value, "value", None), str) else None

    @cached_property
    def stop(self) -> int:
        """After the last import before the first use, or what prepares one; else after the docstring."""
        above = [each for each in self.statements if each in self.imports or prepares(each)]
        last = above[-1] if above else self.docstring
        if last is not None:
            return whole_lines(self.source, last)[1]
        return self.source.line_starts[_first_line(self._body[0]) - 1] if self._body else self.start


def _first_line(statement: ast.stmt) -> int:
    decorators = getattr(statement, "decorator_list", None) or [statement]
    lines: list[int] = [statement.lineno, *(each.lineno for each in decorators)]
    return min(lines)

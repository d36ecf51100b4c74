"""One parsed file of the repository. Parsing is `ast`'s (a tenth of libcst's cost); offsets count characters."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import Optional, Union

from codemod.records import LINE_END

FunctionNode = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
Scope = Union[ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda]
_COMPREHENSION = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Source:
    """`path` is relative to the repository with `/`; `text` keeps the file's own line ends.

    `program` is what is parsed: the same characters, with what is not Python blanked out in a notebook.
    Raises SyntaxError, ValueError (null bytes) or RecursionError when the text is not a program.
    """

    def __init__(self, path: str, text: str, program: Optional[str] = None) -> None:
        self.path = path
        self.text = text
        self.program = text if program is None else program
        self.tree = ast.parse(self.program)

    @cached_property
    def line_starts(self) -> list[int]:
        return [0, *(match.end() for match in LINE_END.finditer(self.program))]

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    @cached_property
    def scopes(self) -> dict[Scope, Scope]:
        """The scope each function, lambda and class is written in."""
        nodes = (node for node in ast.walk(self.tree) if isinstance(node, (ast.ClassDef, *FunctionNode)))
        return {node: self.scope_of(node) for node in nodes}

    @cached_property
    def bindings(self) -> dict[Scope, set[str]]:
        """The names each scope binds itself."""
        return {scope: _bound(scope) for scope in {self.tree, *self.scopes.values(), *self.scopes}}

    def scope_of(self, node: ast.AST) -> Scope:
        """The innermost scope around a node (its own for nothing but the module)."""
        here = self.parents.get(node, self.tree)
        while not _is_scope(here):
            here = self.parents[here]
        return here  # type: ignore[return-value]

    def statement_of(self, node: ast.AST) -> ast.stmt:
        """The innermost statement around an expression."""
        while not isinstance(node, ast.stmt):
            node = self.parents[node]
        return node

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        while node in self.parents:
            node = self.parents[node]
            yield node

    def offset(self, line: int, column: int) -> int:
        """The character offset of an `ast` position: 1-based line, column in UTF-8 bytes."""
        start = self.line_starts[line - 1]
        stop = self.line_starts[line] if line < len(self.line_starts) else len(self.program)
        row = self.program[start:stop]
        return start + (column if row.isascii() else len(row.encode()[:column].decode()))

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Start and stop of a node in `text`."""
        start = self.offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]
        return start, self.offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def code(self, node: ast.AST) -> str:
        """The node as the user wrote it."""
        start, stop = self.span(node)
        return self.text[start:stop]

    def line_of(self, offset: int) -> int:
        return bisect_right(self.line_starts, offset)

    def indent(self, statement: ast.stmt) -> str:
        """The white space a statement's line starts with."""
        start = self.line_starts[statement.lineno - 1]
        return self.text[start : self.span(statement)[0]] if self._starts_line(statement) else ""

    def _starts_line(self, statement: ast.stmt) -> bool:
        return not self.text[self.line_starts[statement.lineno - 1] : self.span(statement)[0]].strip()


def own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope without those of the scopes inside it (their headers belong to it)."""
    todo = list(ast.iter_child_nodes(scope))
    while todo:
        node = todo.pop()
        yield node
        if _is_scope(node):
            todo.extend(_header(node))
        else:
            todo.extend(ast.iter_child_nodes(node))


def _is_scope(node: ast.AST) -> bool:
    return isinstance(node, (ast.Module, ast.ClassDef, *FunctionNode))


def _header(scope: ast.AST) -> list[ast.AST]:
    if isinstance(scope, ast.ClassDef):
        return [*scope.decorator_list, *scope.bases, *scope.keywords]
    arguments: ast.arguments = scope.args  # type: ignore[attr-defined]
    defaults = [*arguments.defaults, *(default for default in arguments.kw_defaults if default)]
    return [*getattr(scope, "decorator_list", ()), *defaults]


def parameters(function: ast.AST) -> list[ast.arg]:
    """Every parameter of a function or lambda, in the order of its signature."""
    arguments: ast.arguments = function.args  # type: ignore[attr-defined]
    starred = [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *starred]


def _bound(scope: Scope) -> set[str]:
    names = {argument.arg for argument in parameters(scope)} if isinstance(scope, FunctionNode) else set()
    elsewhere: set[str] = set()
    for node in own_nodes(scope):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            elsewhere.update(node.names)
    return names - elsewhere - {"*"}

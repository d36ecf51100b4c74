"""One parsed file of the repository. Parsing is `ast`'s (a tenth of libcst's cost); offsets count characters."""

from __future__ import annotations

import ast
import re
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

    `program` is what is parsed: the same characters, with what is not Python blanked out in a notebook, whose `cells`
    start at these offsets.
    Raises SyntaxError, ValueError (null bytes) or RecursionError when the text is not a program.
    """

    def __init__(self, path: str, text: str, program: Optional[str] = None, cells: tuple[int, ...] = ()) -> None:
        self.path = path
        self.text = text
        self.program = text if program is None else program
        self.cells = cells
        self.tree = ast.parse(self.program)

    @cached_property
    def line_starts(self) -> list[int]:
        return [0, *(match.end() for match in LINE_END.finditer(self.program))]

    @cached_property
    def index(self) -> Index:
        return Index(self.tree)

    @property
    def nodes(self) -> list[ast.AST]:
        """Every node, outer before inner."""
        return self.index.nodes

    @cached_property
    def imports(self) -> list[ast.Import | ast.ImportFrom]:
        return [node for node in self.nodes if isinstance(node, (ast.Import, ast.ImportFrom))]

    @cached_property
    def imported(self) -> frozenset[str]:
        """Every dotted name in the import statements: `a.b` for `import a.b`, `a` and `a.b` for `from a import b`."""
        names = {alias.name for node in self.imports if isinstance(node, ast.Import) for alias in node.names}
        for node in self.imports:
            if isinstance(node, ast.ImportFrom):
                names |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
        return frozenset(names)

    @cached_property
    def names(self) -> dict[str, list[ast.Name]]:
        """Where each variable is read, bound or deleted, outer before inner."""
        found: dict[str, list[ast.Name]] = {}
        for node in self.nodes:
            if isinstance(node, ast.Name):
                found.setdefault(node.id, []).append(node)
        return found

    def is_taken(self, name: str, scope: Scope) -> bool:
        """Whether a scope cannot be given one more variable of this name: somebody reads it, or the scope binds it."""
        return name in self.names or name in self.bindings[scope]

    @cached_property
    def attributes(self) -> dict[str, list[ast.Attribute]]:
        """Where each attribute is named, on whatever object."""
        found: dict[str, list[ast.Attribute]] = {}
        for node in self.nodes:
            if isinstance(node, ast.Attribute):
                found.setdefault(node.attr, []).append(node)
        return found

    def lines_of(self, name: str) -> list[int]:
        """The lines where a variable or an attribute of this name is read or written."""
        return sorted(each.lineno for each in (*self.names.get(name, ()), *self.attributes.get(name, ())))

    @property
    def parents(self) -> dict[ast.AST, ast.AST]:
        return self.index.parents

    @property
    def scopes(self) -> dict[Scope, Scope]:
        """The scope each function, lambda and class is written in."""
        return self.index.scopes

    @property
    def bindings(self) -> dict[Scope, set[str]]:
        """The names each scope binds itself."""
        return self.index.bindings

    def may_name_inside(self, scope: Scope, name: str) -> bool:
        """Whether functions and classes inside a scope mention a name, or look a module's names up as text."""
        return name in self._named_inside.get(scope, ()) or (scope is self.tree and self._looks_up)

    @cached_property
    def _looks_up(self) -> bool:
        return bool(_LOOKS_UP.search(self.program))

    @cached_property
    def _named_inside(self) -> dict[Scope, frozenset[str]]:
        found: dict[Scope, set[str]] = {}
        for node in self.nodes:
            if isinstance(node, ast.Name):
                here = self.scope_of(node)
                while here in self.scopes:
                    here = self.scopes[here]
                    found.setdefault(here, set()).add(node.id)
        return {scope: frozenset(names) for scope, names in found.items()}

    def scope_of(self, node: ast.AST) -> Scope:
        """The innermost scope around a node (its own for nothing but the module)."""
        here = self.parents.get(node, self.tree)
        while not _is_scope(here):
            here = self.parents[here]
        return here  # type: ignore[return-value]

    def stores(self, name: str, node: ast.AST) -> list[ast.Name]:
        """Where the scope around a node binds or deletes a name."""
        scope = self.scope_of(node)
        bound = [each for each in self.names.get(name, ()) if not isinstance(each.ctx, ast.Load)]
        return [each for each in bound if self.scope_of(each) is scope]

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
        return self.text[start : self.span(statement)[0]] if self.starts_line(statement) else ""

    def starts_line(self, statement: ast.stmt) -> bool:
        """Whether nothing but white space stands before a statement on its line."""
        return not self.text[self.line_starts[statement.lineno - 1] : self.span(statement)[0]].strip()


_LOOKS_UP = re.compile(r"(?<![\w.])(?:globals|locals|vars|eval|exec)\(")


def _is_scope(node: ast.AST) -> bool:
    return isinstance(node, (ast.Module, ast.ClassDef, *FunctionNode))


def parameters(function: ast.AST) -> list[ast.arg]:
    """Every parameter of a function or lambda, in the order of its signature."""
    arguments: ast.arguments = function.args  # type: ignore[attr-defined]
    starred = [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *starred]


class Index:
    """What one walk over a tree can tell: its nodes, their parents, and the names each scope binds.

    Contexts and operators are left out: the parser gives every `Load` and every `+` of a program as one object.
    A walk of its own, since `ast.walk` and `iter_child_nodes` take three times as long, and every file is walked.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.nodes: list[ast.AST] = [tree]
        self.parents: dict[ast.AST, ast.AST] = {}
        self.scopes: dict[Scope, Scope] = {}
        self.bindings: dict[Scope, set[str]] = {tree: set()}
        self.shared: dict[Scope, set[str]] = {}  # names that scopes further in change
        self._elsewhere: dict[Scope, set[str]] = {}
        self._tree = tree
        self._walk(tree)
        for scope, names in self._elsewhere.items():
            self.bindings[scope] -= names

    def _walk(self, tree: ast.Module) -> None:
        todo: list[tuple[ast.AST, Scope]] = [(tree, tree)]
        while todo:
            node, scope = todo.pop()
            if node is not tree:
                self.nodes.append(node)
            kind = type(node)
            if kind in _BINDING:
                self._bind(node, scope)
            if kind in _LEAVES:
                continue
            inner = self._entered(node, scope) if kind in _SCOPES else scope
            for name in node._fields:
                value = getattr(node, name, None)
                outside = name in _HEADER
                if isinstance(value, ast.AST):
                    if name in _SHARED:
                        continue
                    self.parents[value] = node
                    todo.append((value, scope if outside else inner))
                elif isinstance(value, list):
                    children = [each for each in value if isinstance(each, ast.AST)]
                    self.parents.update(dict.fromkeys(children, node))
                    todo.extend((each, scope if outside else inner) for each in children)

    def _outward(self, scope: Scope) -> Iterator[Scope]:
        while scope in self.scopes:
            scope = self.scopes[scope]
            yield scope

    def _entered(self, node: ast.AST, scope: Scope) -> Scope:
        """The scope that a node's children belong to."""
        if not isinstance(node, (ast.ClassDef, *FunctionNode)):
            return scope
        self.scopes[node] = scope
        self.bindings[node] = set() if isinstance(node, ast.ClassDef) else {each.arg for each in parameters(node)}
        return node

    def _bind(self, node: ast.AST, scope: Scope) -> None:
        """The names that a node binds in its scope."""
        names = self.bindings[scope]
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                names.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.update({(node.asname or node.name).partition(".")[0]} - {"*"})
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            if isinstance(node, ast.Global):
                self.bindings[self._tree].update(node.names)
                self.shared.setdefault(self._tree, set()).update(node.names)
            else:
                for outer in self._outward(scope):
                    self.shared.setdefault(outer, set()).update(node.names)
            self._elsewhere.setdefault(scope, set()).update(node.names)


#: Nodes without a node in them, but for contexts.
_LEAVES = frozenset([ast.Name, ast.Constant])
#: Nodes that bind names, or say where names are bound.
_BINDING = frozenset([ast.Name, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.alias, ast.ExceptHandler,
                      ast.Global, ast.Nonlocal])  # fmt: skip
_SCOPES = frozenset([ast.ClassDef, *FunctionNode])
_SHARED = frozenset(["ctx", "op"])
#: Fields of a function or class that belong to the scope around it. Defaults lie inside `args`; they bind nothing.
_HEADER = frozenset(["decorator_list", "bases", "keywords"])

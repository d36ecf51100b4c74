"""What gives a name its value inside one file, read backwards: assignments, loops, stores into containers."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Optional

from codemod.program.source import Scope, Source

_STORES = ("append", "extend", "add")
_LOOPS = (ast.For, ast.AsyncFor, ast.comprehension)


@dataclass(frozen=True)
class Binding:
    value: ast.expr
    loop: Optional[ast.AST] = None  # the loop whose target this is


class Bindings:
    """The values of every name and attribute of a file, without regard to order."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._names: defaultdict[tuple[Scope, str], list[Binding]] = defaultdict(list)
        self._attributes: defaultdict[str, list[Binding]] = defaultdict(list)
        for node in source.nodes:
            for target, binding in _bound(node):
                self._add(target, binding)

    def home(self, node: ast.Name) -> Scope:
        """The scope that binds a name; the module where none does."""
        scope = self.source.scope_of(node)
        inner = scope
        while scope is not self.source.tree:
            if node.id in self.source.bindings[scope] and (scope is inner or not isinstance(scope, ast.ClassDef)):
                return scope
            scope = self.source.scopes[scope]
        return scope

    def of(self, node: ast.AST) -> list[Binding]:
        """What a name or attribute is bound to; inside a loop that binds it, only that loop counts."""
        if isinstance(node, ast.Attribute):
            return self._attributes[node.attr]
        if not isinstance(node, ast.Name):
            return []
        found = self._names[self.home(node), node.id]
        around = [each for each in found if each.loop and self._inside(node, each.loop)]
        return around[-1:] or found

    def _inside(self, node: ast.AST, loop: ast.AST) -> bool:
        if isinstance(loop, ast.comprehension):
            loop = self.source.parents[loop]
        return loop in self.source.ancestors(node)

    def _add(self, target: ast.AST, binding: Binding) -> None:
        while isinstance(target, (ast.Subscript, ast.Starred)):
            target = target.value
        if isinstance(target, ast.Name):
            self._names[self.home(target), target.id].append(binding)
        elif isinstance(target, ast.Attribute):
            self._attributes[target.attr].append(binding)


def _bound(node: ast.AST) -> Iterator[tuple[ast.AST, Binding]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _paired(target, node.value, None)
    elif isinstance(node, (ast.AnnAssign, ast.AugAssign, ast.NamedExpr)) and node.value is not None:
        yield from _paired(node.target, node.value, None)
    elif isinstance(node, _LOOPS):
        yield from _iterated(node.target, node.iter, node)
    elif isinstance(node, ast.withitem) and node.optional_vars:
        yield from _paired(node.optional_vars, node.context_expr, None)
    elif isinstance(node, ast.Call) and getattr(node.func, "attr", None) in _STORES and len(node.args) == 1:
        yield node.func.value, Binding(node.args[0])  # type: ignore[attr-defined]


def _paired(target: ast.AST, value: ast.expr, loop: Optional[ast.AST]) -> Iterator[tuple[ast.AST, Binding]]:
    if not isinstance(target, (ast.Tuple, ast.List)):
        yield target, Binding(value, loop)
        return
    alike = isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts)
    values = value.elts if alike and isinstance(value, (ast.Tuple, ast.List)) else [value] * len(target.elts)
    for inner, each in zip(target.elts, values):
        yield from _paired(inner, each, loop)


def _iterated(target: ast.AST, over: ast.expr, loop: ast.AST) -> Iterator[tuple[ast.AST, Binding]]:
    """Loop targets with what they run over, position by position through zip, enumerate and items."""
    if isinstance(target, ast.Tuple) and isinstance(over, ast.Call):
        called = getattr(over.func, "id", getattr(over.func, "attr", None))
        if called == "zip" and len(over.args) == len(target.elts):
            for inner, each in zip(target.elts, over.args):
                yield from _iterated(inner, each, loop)
            return
        if called == "enumerate" and len(target.elts) == 2 and over.args:
            yield from _iterated(target.elts[1], over.args[0], loop)
            return
    yield from _paired(target, over, loop)

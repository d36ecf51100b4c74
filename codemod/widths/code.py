"""The parsed files of a repository, and what a name in one of them means in another."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import PurePosixPath
from typing import Optional, Union

from codemod.program.source import Source, parameters
from codemod.widths.bindings import Bindings

Callee = Union[ast.FunctionDef, ast.AsyncFunctionDef]
Definition = Union[Callee, ast.ClassDef]


class Code:
    """Read-only facts over many Sources, each made once."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self.sources = tuple(sources[path] for path in sorted(sources))
        self._bindings: dict[Source, Bindings] = {}
        self._aliases: dict[Source, dict[str, str]] = {}

    def bindings(self, source: Source) -> Bindings:
        if source not in self._bindings:
            self._bindings[source] = Bindings(source)
        return self._bindings[source]

    def loads(self, source: Source, name: ast.Name) -> Iterator[tuple[Source, ast.expr]]:
        """Where the value a name is given is read: in its scope, and in modules that import it."""
        known = self.bindings(source)
        home = known.home(name)
        for node in _reads(source, name.id):
            if known.home(node) is home:
                yield source, node
        if home is source.tree:
            yield from self._imported_loads(source, name.id)

    def parameter_loads(self, source: Source, function: Callee, parameter: ast.arg) -> Iterator[ast.expr]:
        """Where a parameter is read."""
        known = self.bindings(source)
        return (node for node in _reads(source, parameter.arg) if known.home(node) is function)

    def attribute_loads(self, source: Source, attribute: str) -> Iterator[ast.expr]:
        """Where an attribute of this name is read, in the same file."""
        for node in source.nodes:
            if isinstance(node, ast.Attribute) and node.attr == attribute and isinstance(node.ctx, ast.Load):
                yield node

    def callee(self, source: Source, call: ast.Call) -> Optional[tuple[Source, Callee, int]]:
        """The function a call runs (`__init__` of a class), its file, and how many parameters precede its arguments.

        A name that the file or exactly one module it imports from defines; None otherwise.
        """
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        if name in _definitions(source.tree):
            return self._entry(source, name)
        homes = [other for other in self._from(source, name) if name in _definitions(other.tree)]
        return self._entry(homes[0], name) if len(homes) == 1 else None

    def real_name(self, source: Source, name: str) -> str:
        """The last part of what a local alias stands for: `Lin` of `from torch.nn import Linear as Lin`."""
        if source not in self._aliases:
            self._aliases[source] = dict(_aliases(source.tree))
        return self._aliases[source].get(name, name)

    def _entry(self, source: Source, name: str) -> Optional[tuple[Source, Callee, int]]:
        found = _definitions(source.tree)[name]
        if not isinstance(found, ast.ClassDef):
            return source, found, 0
        for each in found.body:
            if isinstance(each, ast.FunctionDef) and each.name == "__init__":
                return source, each, 1
        return None

    def _from(self, source: Source, name: str) -> Iterator[Source]:
        """The modules that a file takes a name from, with `*` or by name."""
        for module, alias in _imports(source.tree):
            if alias in (name, "*"):
                yield from self._modules.get(module, ())

    def _imported_loads(self, source: Source, name: str) -> Iterator[tuple[Source, ast.expr]]:
        for other in self.sources:
            if other is source:
                continue
            if any(each is source for each in self._from(other, name)):
                yield from ((other, node) for node in _reads(other, name) if _is_global(self.bindings(other), node))
            for module in _module_names(other.tree, source):
                yield from ((other, node) for node in self.attribute_loads(other, name) if _owner(node) == module)

    @cached_property
    def _modules(self) -> dict[str, list[Source]]:
        """Files by the last part of their module's name."""
        found: dict[str, list[Source]] = {}
        for source in self.sources:
            found.setdefault(_stem(source), []).append(source)
        return found


def argument(function: Callee, call: ast.Call, node: ast.expr, skip: int) -> Optional[ast.arg]:
    """The parameter that an argument of a call arrives at; None through `*` and `**`."""
    if any(isinstance(each, ast.Starred) for each in call.args):
        return None
    keyword = next((each.arg for each in call.keywords if each.value is node), None)
    if keyword:
        return next((each for each in parameters(function) if each.arg == keyword), None)
    positional = [*function.args.posonlyargs, *function.args.args][skip:]
    place = call.args.index(node) if node in call.args else len(positional)
    return positional[place] if place < len(positional) else None


def _reads(source: Source, name: str) -> list[ast.Name]:
    return [node for node in source.names.get(name, ()) if isinstance(node.ctx, ast.Load)]


def _definitions(tree: ast.Module) -> dict[str, Definition]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {each.name: each for each in tree.body if isinstance(each, kinds)}


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(last part of the module, imported name) of every from-import at the top of a module."""
    for each in tree.body:
        if isinstance(each, ast.ImportFrom) and each.module:
            yield from ((each.module.rpartition(".")[2], alias.name) for alias in each.names if not alias.asname)


def _aliases(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for each in tree.body:
        if isinstance(each, ast.ImportFrom):
            yield from ((alias.asname, alias.name) for alias in each.names if alias.asname)
        elif isinstance(each, ast.Assign) and isinstance(each.value, ast.Attribute):
            yield from ((target.id, each.value.attr) for target in each.targets if isinstance(target, ast.Name))


def _module_names(tree: ast.Module, source: Source) -> Iterator[str]:
    """How a module calls another one that it imports whole."""
    for each in tree.body:
        if isinstance(each, (ast.Import, ast.ImportFrom)):
            for alias in each.names:
                if alias.name.rpartition(".")[2] == _stem(source):
                    yield alias.asname or alias.name


def _stem(source: Source) -> str:
    path = PurePosixPath(source.path)
    return path.parent.name if path.stem == "__init__" else path.stem


def _is_global(known: Bindings, node: ast.Name) -> bool:
    return known.home(node) is known.source.tree


def _owner(node: ast.expr) -> Optional[str]:
    return node.value.id if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) else None

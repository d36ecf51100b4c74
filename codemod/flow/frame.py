"""One scope while it runs: its variables, and how names are found and bound from there."""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Optional

from codemod.flow.exports import brings
from codemod.flow.joining import join, join_all
from codemod.flow.optional import filled
from codemod.flow.rebound import rebound, seen_inside
from codemod.flow.values import OTHER, Class, External, Func, Map, Meaning, Module, Seq, Several, Tup, Value
from codemod.library import NAMES, canonical
from codemod.program.source import FunctionNode, Scope, Source

if TYPE_CHECKING:
    from codemod.flow.analysis import Analysis


Variables = dict[str, Value]


@dataclass
class Jumps:
    """The variables as they are wherever a loop is left, or its next turn begins."""

    breaks: list[Variables] = field(default_factory=list)
    nexts: list[Variables] = field(default_factory=list)


@dataclass
class Frame:
    """`env` follows the variables in the order of execution; cells hold what other scopes may see of them."""

    analysis: Analysis
    source: Source
    scope: Scope
    env: dict[str, Value] = field(default_factory=dict)
    dead: bool = False  # whether control can no longer come here
    returned: list[Value] = field(default_factory=list)
    loops: list[Jumps] = field(default_factory=list)  # around what runs, from the outermost
    twins: dict[str, list[ast.expr]] = field(default_factory=dict)  # what else holds the container that a name holds
    watches: list[Variables] = field(default_factory=list)  # what is tried, and every value its variables had there
    inner: list[ast.AST] = field(default_factory=list)  # functions and classes defined here so far
    maybe: int = 0  # how many conditions an expression that runs now depends on
    callers: tuple[ast.AST, ...] = ()  # the functions that are run for one call each, down to this one

    def evaluate(self, node: ast.expr) -> Value:
        """The value of an expression here (`flow.expressions.evaluate`, which the analysis knows)."""
        return self.analysis.evaluate(self, node)

    def lookup(self, name: str) -> Value:
        if name in self.env:
            return self._shared(name, self.env[name])
        here, inner = self.scope, self.scope
        while not isinstance(here, ast.Module):
            if isinstance(here, FunctionNode) and name in self.source.bindings[here]:
                return seen_inside(self, here, inner, name)
            here, inner = self.source.scopes[here], here
        return lookup_global(self.analysis, self.source.path, name)

    def bind(self, name: str, value: Value) -> None:
        value = filled(self, name, value)
        if self.maybe:
            value = join(self.env.get(name), value)
        self.env[name] = value
        for watch in self.watches:
            watch[name] = join(watch.get(name), value)
        rebound(self, name, value)
        self.analysis.cells.write(self._cell(name), value)

    def _shared(self, name: str, value: Value) -> Value:
        """A variable that inner scopes change too: `global`, `nonlocal`, or a container that is filled elsewhere."""
        cells, container = self.analysis.cells, isinstance(value, (Tup, Seq, Map))
        if container and isinstance(self.scope, ast.Module):
            value = join(value, cells.read(("outside", self.source.path, name)))
        if name in self.source.index.shared.get(self.scope, ()):
            return join(value, cells.read(self._cell(name)))
        if container and self.source.may_name_inside(self.scope, name):
            return join(value, cells.read(self._cell(name)))
        return value

    def _cell(self, name: str) -> object:
        if not isinstance(self.scope, ast.Module) and name not in self.source.bindings[self.scope]:
            return self._outer_cell(name)
        if isinstance(self.scope, ast.Module):
            return ("global", self.source.path, name)
        return ("attr" if isinstance(self.scope, ast.ClassDef) else "local", self.scope, name)

    def _outer_cell(self, name: str) -> object:
        """The cell of a variable that belongs to a scope further out."""
        here: Optional[Scope] = self.source.scopes.get(self.scope)
        while here is not None and not isinstance(here, ast.Module):
            if isinstance(here, FunctionNode) and name in self.source.bindings[here]:
                return ("local", here, name)
            here = self.source.scopes[here]
        return ("global", self.source.path, name)


def lookup_global(analysis: Analysis, path: str, name: str) -> Value:
    """What a name means at module level: bound there, brought by a star import, or built in."""
    found = _of_module(analysis, path, name)
    if found:
        return join_all(found)
    submodule = analysis.project.submodule(path, name)
    if submodule and name not in vars(builtins):
        return Module(submodule)
    if name in vars(builtins):
        return External(f"builtins.{name}")
    return None if analysis.awaits(path) else OTHER


def _of_module(analysis: Analysis, path: str, name: str, seen: frozenset[str] = frozenset()) -> list[Value]:
    """The values of a name that a module binds, or that its star imports bring; none where neither does."""
    source = analysis.project.source(path)
    if source is None or path in seen:
        return []
    if name in source.bindings[source.tree]:
        if seen:
            analysis.enter(path)
        return [analysis.cells.read(("global", path, name))]
    if seen and analysis.awaits(path):
        return [None]
    found: list[Value] = []
    for star in reversed(analysis.stars.get(path, ())):
        brought, certain = _starred(analysis, name, star, seen | {path})
        found += brought
        if brought and certain and source.parents[source.parents[star]] is source.tree:
            break  # whatever an earlier one brings is hidden
    return found


def _starred(analysis: Analysis, name: str, star: ast.AST, seen: frozenset[str]) -> tuple[list[Value], bool]:
    """What a star import brings of a name, and whether it is certain to."""
    origin = analysis.star_origins[star]
    source = analysis.project.source(origin) if origin in analysis.project.paths else None
    if source is None:
        known = canonical(f"{origin}.{name}") if name in NAMES.get(origin, ()) and name[:1] != "_" else None
        return [Meaning(known, frozenset(), frozenset([star]))] if known else [], True
    brought = brings(source, name)
    return _of_module(analysis, origin, name, seen) if brought is not False else [], brought is not None


def attribute_of_class(analysis: Analysis, node: ast.ClassDef, name: str) -> Value:
    """An attribute of a class's instances: from the class and its bases, else from its subclasses."""
    lineage = analysis.lineage(node)
    found = join_all(analysis.cells.read(("attr", each, name)) for each in lineage)
    if isinstance(found, (Func, Class, Several)):
        return found
    return join(found, _of_heirs(analysis, node, name))


def _of_heirs(analysis: Analysis, node: ast.ClassDef, name: str) -> Value:
    return join_all(analysis.cells.read(("attr", each, name)) for each in analysis.heirs(node))

"""Containers that are filled through another name than they are read by.

A list or dict is known by the names that hold it. What is put in through one of them must be known of the others: a
parameter's caller, the module that a name was imported from, a second name of the same scope.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemod.flow.frame import Frame
from codemod.flow.values import Map, Seq, Tup, Value
from codemod.program.source import FunctionNode, Scope, parameters

CONTAINERS = (Tup, Seq, Map)


def tell(frame: Frame, name: str, value: Value) -> None:
    """The container that a name holds here has changed: whoever else may hold it is told."""
    scope = _home(frame, name)
    cells = frame.analysis.cells
    if isinstance(scope, FunctionNode) and name in {each.arg for each in parameters(scope)}:
        cells.write(("filled", scope, name), value)
    for path, original in _origins(frame, scope, name):
        tell_module(frame, path, original, value)


def tell_module(frame: Frame, path: str, name: str, value: Value) -> None:
    """A variable of a module is changed by another module."""
    frame.analysis.cells.write(("global", path, name), value)
    frame.analysis.cells.write(("outside", path, name), value)


def filled_by(frame: Frame, function: ast.AST, name: str) -> Value:
    """What a function has put into the container that a parameter of it holds; None where it has not."""
    return frame.analysis.cells.read(("filled", function, name))


def _home(frame: Frame, name: str) -> Scope:
    """The scope whose variable a name is."""
    here: Scope = frame.scope
    while not isinstance(here, ast.Module):
        if name in frame.source.bindings[here] and (here is frame.scope or isinstance(here, FunctionNode)):
            return here
        here = frame.source.scopes[here]
    return here


def _origins(frame: Frame, scope: Scope, name: str) -> Iterator[tuple[str, str]]:
    """The modules and variables behind an imported name, through every module that hands it on."""
    analysis, seen = frame.analysis, set()
    todo = list(analysis.taken.get((scope, name), ()))
    if name not in frame.source.bindings[scope]:
        todo += [(path, name) for path in _starred(frame, frame.source.path)]
    while todo:
        path, original = found = todo.pop()
        source = analysis.project.source(path)
        if found in seen or source is None:
            continue
        seen.add(found)
        if original in source.bindings[source.tree]:
            yield found
            todo += analysis.taken.get((source.tree, original), ())
        else:
            todo += [(each, original) for each in _starred(frame, path)]


def _starred(frame: Frame, path: str) -> list[str]:
    origins = [frame.analysis.star_origins[star] for star in frame.analysis.stars.get(path, ())]
    return [each for each in origins if each in frame.analysis.project.paths]

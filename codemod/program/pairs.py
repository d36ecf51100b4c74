"""Loops over (name, value) pairs that never look at the name: `for name, p in model.named_parameters()`."""

from __future__ import annotations

import ast
from typing import Optional

from codemod.program.source import Source


def value_target(source: Source, call: ast.AST) -> Optional[ast.Tuple]:
    """The target of the loop over a call without arguments, where nothing reads the first name that it binds."""
    bare = isinstance(call, ast.Call) and not (call.args or call.keywords)
    return _target(source, call) if bare else None


def ignores_first(source: Source, call: ast.Call) -> bool:
    """Whether a loop goes over a call like `enumerate(...)`, and nothing reads the first name that it binds."""
    return _target(source, call) is not None


def _target(source: Source, call: ast.AST) -> Optional[ast.Tuple]:
    loop = source.parents.get(call)
    if not isinstance(loop, (ast.For, ast.comprehension)) or loop.iter is not call:
        return None
    target = loop.target
    if not isinstance(target, ast.Tuple) or len(target.elts) != 2:
        return None
    name, value = target.elts
    plain = isinstance(name, ast.Name) and not isinstance(value, ast.Starred)
    return target if plain and not _reads(source, loop, name.id) else None  # type: ignore[attr-defined]


def _reads(source: Source, loop: ast.For | ast.comprehension, name: str) -> list[ast.AST]:
    """Where a name may be read as this loop binds it: not in another loop that binds it itself, nor in other scopes."""
    home = loop if isinstance(loop, ast.For) else source.parents[loop]
    outside = {home, *source.ancestors(home)}
    found = [each for each in source.names.get(name, ()) if not isinstance(each.ctx, ast.Store)]
    scope = source.scope_of(home)
    paths = [[each, *source.ancestors(each)] for each in found]
    near = [path for path in paths if scope in path]
    return [path[0] for path in near if not any(_binds(each, name, path) for each in path if each not in outside)]


def _binds(node: ast.AST, name: str, path: list[ast.AST]) -> bool:
    """Whether a loop or a comprehension binds a name before it reads it at the start of a path outwards."""
    loops = [node] if isinstance(node, ast.For) else getattr(node, "generators", [])
    names = [each for loop in loops for each in ast.walk(loop.target) if isinstance(each, ast.Name)]
    return any(each.id == name for each in names) and loops[0].iter not in path

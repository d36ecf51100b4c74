"""Variables that nothing reads: a tokenizer that nobody asks for is not loaded."""

from __future__ import annotations

import ast

from codemod.program.source import FunctionNode
from codemod.rule import Site

_LOOK = frozenset(["locals", "vars", "dir", "eval", "exec"])  # what may read a variable without naming it


def is_thrown_away(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id == "_"


def unread(site: Site, target: ast.expr) -> bool:
    """Whether a target is `_`, or a function's own variable that nothing reads."""
    scope = site.source.scope_of(target)
    if is_thrown_away(target) or not isinstance(target, ast.Name):
        return is_thrown_away(target)
    if not isinstance(scope, FunctionNode) or target.id not in site.source.bindings[scope]:
        return False
    named = [each for each in ast.walk(scope) if isinstance(each, ast.Name)]
    read = any(each.id == target.id and not isinstance(each.ctx, ast.Store) for each in named)
    return not read and not any(each.id in _LOOK for each in named)

"""Variables that only the removed flags of a model call read: `repr_layers = [36]`, `return_contacts = False`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Optional

from codemod.library import MODEL
from codemod.program.line_spans import shares_line, with_gap
from codemod.program.source import FunctionNode
from codemod.records import Edit
from codemod.rule import Site

_KEYS = (f"{MODEL}()", f"{MODEL}.forward()")


def dead_assignments(site: Site, flags: list[ast.expr]) -> Iterator[Edit]:
    """Remove, in a function, assignments of literals that nothing else reads once the flags are gone."""
    scope = site.source.scope_of(site.node)
    if not isinstance(scope, FunctionNode) or not _is_first(site, scope):
        return
    for identifier in sorted({flag.id for flag in flags if isinstance(flag, ast.Name)}):
        statement = _only_store(site, scope, identifier)
        if statement is not None and _only_flags_read(site, scope, identifier):
            yield site.edit(*with_gap(site.source, statement), "")


def _is_first(site: Site, scope: ast.AST) -> bool:
    """Whether this is the first model call of its function in the group: one of them removes the assignment."""
    calls = [use for use in site.group.in_file(site.source) if use.key in _KEYS]
    return next(use for use in calls if site.source.scope_of(use.node) is scope) is site.use


def _only_store(site: Site, scope: ast.AST, identifier: str) -> Optional[ast.Assign]:
    named = [each for each in ast.walk(scope) if isinstance(each, ast.Name) and each.id == identifier]
    stores = [each for each in named if not isinstance(each.ctx, ast.Load)]
    given = any(isinstance(each, ast.arg) and each.arg == identifier for each in ast.walk(scope))
    statement = site.source.parents[stores[0]] if len(stores) == 1 and not given else None
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1 or not _literal(statement.value):
        return None
    blocks = [block for _, block in ast.iter_fields(site.source.parents[statement]) if isinstance(block, list)]
    block = next(each for each in blocks if statement in each)
    own = site.source.starts_line(statement) and not shares_line(statement, block)
    return statement if own and block != [statement] else None


def _only_flags_read(site: Site, scope: ast.AST, identifier: str) -> bool:
    """Whether every read of the name is a flag of a model call of this group, or lies in one."""
    uses = site.group.in_file(site.source)
    calls = [use.node for use in uses if use.key in _KEYS and isinstance(use.node, ast.Call)]
    flags = [each for call in calls for each in (*call.args[1:], *(keyword.value for keyword in call.keywords))]
    loads = [each for each in ast.walk(scope)
             if isinstance(each, ast.Name) and each.id == identifier and isinstance(each.ctx, ast.Load)]  # fmt: skip
    return all(any(each is flag for flag in flags) for each in loads)


def _literal(node: ast.expr) -> bool:
    parts = node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node]
    return all(isinstance(each, ast.Constant) for each in parts)

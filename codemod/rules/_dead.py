"""Variables that only what is removed reads: `repr_layers = [36]`, `return_contacts = False`, `name = "esm2_..."`."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from typing import Optional

from codemod.program.line_spans import shares_line, with_gap
from codemod.program.source import FunctionNode
from codemod.records import Edit
from codemod.rule import Site


def dead_assignments(site: Site, named: Sequence[ast.expr], alike: Collection[str], kept: int = 0) -> Iterator[Edit]:
    """Remove, in a function, assignments of literals that nothing reads once arguments of a call are gone.

    `named` are the arguments; the group's other calls in the file with keys `alike` lose all but the first `kept`, too.
    """
    scope = site.source.scope_of(site.node)
    calls = [use for use in site.group.in_file(site.source) if use.key in alike]
    first = next(use for use in calls if site.source.scope_of(use.node) is scope)  # which removes it for all
    if not isinstance(scope, FunctionNode) or first is not site.use:
        return
    gone = [each for use in calls for each in _arguments(use.node, kept)]
    for identifier in sorted({each.id for each in named if isinstance(each, ast.Name)}):
        statement = _only_store(site, scope, identifier)
        if statement is not None and all(any(each is one for one in gone) for each in _reads(scope, identifier)):
            yield site.edit(*with_gap(site.source, statement), "")


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


def _arguments(call: ast.AST, kept: int) -> Sequence[ast.expr]:
    return [*call.args[kept:], *(each.value for each in call.keywords)] if isinstance(call, ast.Call) else []


def _reads(scope: ast.AST, identifier: str) -> list[ast.Name]:
    named = (each for each in ast.walk(scope) if isinstance(each, ast.Name) and each.id == identifier)
    return [each for each in named if isinstance(each.ctx, ast.Load)]


def _literal(node: ast.expr) -> bool:
    parts = node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node]
    return all(isinstance(each, ast.Constant) for each in parts)

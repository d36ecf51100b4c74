"""Which uses belong together: joined by value flow, migrated all or not at all."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain

from codemod.uses.group import Group
from codemod.uses.use import Use


def group(uses: Sequence[Use], companions: Iterable[frozenset[ast.AST]]) -> list[Group]:
    """Connected components of uses, in the order of their first use.

    A use hangs on the expressions its value came from; companions are expressions whose values meet in one call.
    """
    heads: dict[ast.AST, ast.AST] = {}
    for together in chain((use.links | {use.node} for use in uses), companions):
        first, *others = (_head(heads, node) for node in together)
        heads.update(dict.fromkeys(others, first))
    members: defaultdict[ast.AST, list[Use]] = defaultdict(list)
    for use in uses:
        members[_head(heads, use.node)].append(use)
    return sorted(map(_ordered, members.values()), key=lambda each: _place(each.uses[0]))


def _head(heads: dict[ast.AST, ast.AST], node: ast.AST) -> ast.AST:
    """The expression that stands for all that are joined to a node; the way there gets shorter each time."""
    while heads.setdefault(node, node) is not node:
        heads[node] = node = heads[heads[node]]
    return node


def _ordered(members: list[Use]) -> Group:
    return Group(tuple(sorted(members, key=_place)))


def _place(use: Use) -> tuple[str, tuple[int, int], str]:
    return use.source.path, use.source.span(use.node), use.key

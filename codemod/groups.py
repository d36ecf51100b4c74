"""Which uses belong together: joined by value flow, migrated all or not at all."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable

import networkx as nx

from codemod.rule import Group
from codemod.usage import Use


def group(uses: Iterable[Use], companions: Iterable[frozenset[ast.AST]]) -> list[Group]:
    """Connected components of uses, in the order of their first use.

    A use hangs on the expressions its value came from; companions are expressions whose values meet in one call.
    """
    graph: nx.Graph[ast.AST] = nx.Graph()
    by_node: defaultdict[ast.AST, list[Use]] = defaultdict(list)
    for use in uses:
        by_node[use.node].append(use)
        graph.add_node(use.node)
        graph.add_edges_from((use.node, origin) for origin in use.links)
    for together in companions:
        nx.add_path(graph, sorted(together, key=id))
    components = ([use for node in nodes for use in by_node[node]] for nodes in nx.connected_components(graph))
    return sorted((_ordered(members) for members in components if members), key=lambda each: _place(each.uses[0]))


def _ordered(members: list[Use]) -> Group:
    return Group(tuple(sorted(members, key=_place)))


def _place(use: Use) -> tuple[str, tuple[int, int], str]:
    return use.source.path, use.source.span(use.node), use.key

"""Programs that ask what fair-esm has, and choose from it by name."""

from __future__ import annotations

import ast

from codemod.flow.analysis import Analysis
from codemod.source import Source
from codemod.values import External, Meaning


def asks_for_attribute(analysis: Analysis, node: ast.AST) -> bool:
    """`hasattr(esm.pretrained, name)`."""
    function = analysis.values.get(node.func) if isinstance(node, ast.Call) and len(node.args) == 2 else None
    return function == External("builtins.hasattr")


def chosen_factories(analysis: Analysis, source: Source) -> frozenset[ast.AST]:
    """The factories of a file that are chosen by name: `getattr(esm.pretrained, name)`."""
    called = [(node, analysis.values.get(node)) for node in source.nodes if isinstance(node, ast.Call)]
    return frozenset(node for node, value in called if isinstance(value, Meaning) and value.kind == "esm.pretrained.*")

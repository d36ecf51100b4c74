"""Objects whose origin cannot be seen: what can still be said of them."""

from __future__ import annotations

import ast
import builtins
import re

from codemod.flow.analysis import Analysis
from codemod.flow.values import Class, Instance, Value
from codemod.library import CHECKPOINTS, WITHOUT_COUNTERPART
from codemod.program.source import FunctionNode, Source


def is_own(analysis: Analysis, base: Value, name: str) -> bool:
    """Whether an attribute belongs to a class of the repository, which sets it itself."""
    if not isinstance(base, (Class, Instance)):
        return False
    return any(analysis.cells.read(("attr", each, name)) is not None for each in analysis.lineage(base.node))


def is_unbound(analysis: Analysis, source: Source, node: ast.expr) -> bool:
    """Whether a name is defined nowhere it could come from, so that the line fails whatever is migrated."""
    if not isinstance(node, ast.Name) or source.path.endswith(".ipynb") or hasattr(builtins, node.id):
        return False
    if is_bound(source, node) or _DYNAMIC.search(source.program) or _has_star(source):
        return False
    told = analysis.cells.read(("global", source.path, node.id)) is not None  # `module.name = ...` in another file
    return not (told or any(map(_is_pattern, source.nodes)))


def is_bound(source: Source, name: ast.Name) -> bool:
    """Whether the file binds a name itself, in a scope that reaches here."""
    around = [source.tree, *(each for each in source.ancestors(name) if isinstance(each, FunctionNode))]
    return any(name.id in source.bindings[scope] for scope in around)


def starred_root(source: Source, node: ast.AST) -> str:
    """The `esm` of `esm.pretrained.esm2_t6_8M_UR50D` that only a star import that cannot be read could bring."""
    root = node
    while isinstance(root, ast.Attribute):
        root = root.value
    known = isinstance(node, ast.Attribute) and node.attr in (*CHECKPOINTS, *WITHOUT_COUNTERPART)
    if not known or not isinstance(root, ast.Name) or is_bound(source, root):
        return ""
    return root.id if _has_star(source) else ""


_DYNAMIC = re.compile(r"\bglobals\(\)|\bexec\(|__dict__|\bbuiltins\b")


def _has_star(source: Source) -> bool:
    return any(alias.name == "*" for node in source.imports for alias in node.names)


def _is_pattern(node: ast.AST) -> bool:
    """`case` patterns bind names that no index lists."""
    return type(node).__name__.startswith("Match")

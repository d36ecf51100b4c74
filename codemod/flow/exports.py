"""Which names `from module import *` brings: those in `__all__`, or else those without an underscore in front."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import Optional

from codemod.program.source import Source


def brings(source: Source, name: str) -> Optional[bool]:
    """Whether a star import from a module brings a name that it has; None where `__all__` cannot be read."""
    if "__all__" not in source.program:
        return not name.startswith("_")
    listed, certain = _listed(source)
    return True if name in listed else None if not certain else False


@lru_cache(maxsize=256)
def _listed(source: Source) -> tuple[frozenset[str], bool]:
    """The names that can be read in `__all__`, and whether they are all."""
    names: set[str] = set()
    places = source.names.get("__all__", [])
    certain = bool(places)
    for place in places:
        statement = source.parents[place]
        plain = isinstance(statement, ast.Assign) and len(statement.targets) == 1
        added = isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add)
        known = _strings(statement.value) if plain or added else None  # type: ignore[attr-defined]
        certain = certain and known is not None and source.parents[statement] is source.tree
        names |= known or set()
    return frozenset(names), certain


def _strings(node: ast.expr) -> Optional[set[str]]:
    """The strings in a list or tuple of nothing else, or in a sum of such; None for anything else."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _strings(node.left), _strings(node.right)
        return left | right if left is not None and right is not None else None
    if not isinstance(node, (ast.List, ast.Tuple)):
        return None
    values = [each.value if isinstance(each, ast.Constant) else None for each in node.elts]
    return {each for each in values if isinstance(each, str)} if all(isinstance(each, str) for each in values) else None

"""Where an expression comes from: the names and strings met on the way back, nearest first."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Callable, Optional, TypeVar

from codemod.program.source import Source
from codemod.widths.code import Code

#: Steps back from a value; merge_data of VirNucPro takes four.
_STEPS = 7

T = TypeVar("T")


def nearest(code: Code, source: Source, expression: ast.expr, meaning: Callable[[str], frozenset[T]]) -> frozenset[T]:
    """What the nearest telling names on the way back mean, or nothing where none tells."""
    for level in _levels(code, source, expression):
        found = frozenset[T]().union(*(meaning(word) for word in map(_word, level) if word))
        if found:
            return found
    return frozenset()


def _levels(code: Code, source: Source, expression: ast.expr) -> Iterator[list[ast.AST]]:
    known = code.bindings(source)
    seen: set[ast.expr] = set()
    frontier = [expression]
    for _ in range(_STEPS):
        level = [node for each in frontier for node in _parts(each)]
        yield level
        steps = [binding.value for node in level for binding in known.of(node)]
        frontier = [step for step in steps if step not in seen]
        seen.update(frontier)


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of an expression that its value is made of: no indices, no conditions."""
    yield node
    if isinstance(node, ast.Subscript):
        children: list[ast.AST] = [node.value]
        if isinstance(node.slice, ast.Constant):
            children.append(node.slice)
    elif isinstance(node, ast.IfExp):
        children = [node.body, node.orelse]
    elif isinstance(node, (ast.ListComp, ast.GeneratorExp, ast.SetComp)):
        children = [node.elt]
    elif isinstance(node, ast.DictComp):
        children = [node.value]
    else:
        children = [each for each in ast.iter_child_nodes(node) if not isinstance(each, ast.expr_context)]
    for child in children:
        yield from _parts(child)


def _word(node: ast.AST) -> Optional[str]:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None

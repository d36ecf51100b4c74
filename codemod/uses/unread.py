"""Variables that nothing reads: a tokenizer that nobody asks for is not loaded, logits that nobody looks at go."""

from __future__ import annotations

import ast
from typing import Optional

from codemod.program.line_spans import shares_line
from codemod.program.source import FunctionNode, Source

_LOOK = frozenset(["locals", "vars", "dir", "eval", "exec"])  # what may read a variable without naming it
_MOVES = frozenset(["to", "cpu", "cuda", "detach", "float", "clone", "numpy", "squeeze", "contiguous"])


def is_thrown_away(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id == "_"


def unread(source: Source, target: ast.expr) -> bool:
    """Whether a target is `_`, or a function's own variable that nothing reads."""
    scope = source.scope_of(target)
    if is_thrown_away(target) or not isinstance(target, ast.Name):
        return is_thrown_away(target)
    if not isinstance(scope, FunctionNode) or target.id not in source.bindings[scope]:
        return False
    named = [each for each in ast.walk(scope) if isinstance(each, ast.Name)]
    read = any(each.id == target.id and not isinstance(each.ctx, ast.Store) for each in named)
    return not read and not any(each.id in _LOOK for each in named)


def kept_for_nobody(source: Source, node: ast.AST) -> Optional[ast.Assign]:
    """The statement that only gives a tensor to a variable that nothing reads: `logits = out["logits"].to("cpu")`.

    It has a line of its own, and is not all of its block.
    """
    parent = source.parents[node]
    if isinstance(node, ast.Subscript) and not isinstance(node.value, ast.Name):
        return None
    if isinstance(parent, ast.Attribute) and parent.attr in _MOVES:
        call = source.parents[parent]
        given = [*call.args, *(each.value for each in call.keywords)] if isinstance(call, ast.Call) else [parent]
        plain = all(isinstance(each, (ast.Constant, ast.Name)) for each in given)
        return kept_for_nobody(source, call) if plain else None
    if not isinstance(parent, ast.Assign) or len(parent.targets) != 1 or not unread(source, parent.targets[0]):
        return None
    blocks = [block for _, block in ast.iter_fields(source.parents[parent]) if isinstance(block, list)]
    block = next(each for each in blocks if parent in each)
    own = source.starts_line(parent) and not shares_line(parent, block)
    return parent if own and block != [parent] else None

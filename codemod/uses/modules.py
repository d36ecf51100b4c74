"""What is the same for every torch module, fair-esm's or another: moving it, freezing it, switching its mode."""

from __future__ import annotations

import ast
from typing import Optional

from codemod.library import MODEL, SAME
from codemod.program.source import Source

_ALIKE = frozenset([*SAME[MODEL], "parameters", "zero_grad", "training"])


def is_alike(source: Source, node: ast.expr) -> bool:
    """Whether an attribute means the same whichever module it is read of, before and after the migration."""
    if not isinstance(node, ast.Attribute) or node.attr not in _ALIKE or not isinstance(node.ctx, ast.Load):
        return False
    return node.attr != "to" or not changes_dtype(callee(source, node))


def callee(source: Source, node: ast.AST) -> Optional[ast.Call]:
    parent = source.parents.get(node)
    return parent if isinstance(parent, ast.Call) and parent.func is node else None


def changes_dtype(call: Optional[ast.Call]) -> bool:
    """`model.to(...)` with anything that may be another dtype than float32."""
    if call is None:
        return True
    given = [*call.args, *(each.value for each in call.keywords)]
    names = {ast.unparse(each).rpartition(".")[2] for each in given}
    asked = any(each.arg == "dtype" for each in call.keywords) or any("dtype" in name for name in names)
    unread = any(isinstance(each, ast.Starred) for each in given) or any(each.arg is None for each in call.keywords)
    halves = names & {"float16", "half", "bfloat16", "float64", "double"}
    return unread or bool(halves) or (asked and not names & {"float32", "float"})


def sets_mode(source: Source) -> bool:
    """Whether a program says in which mode its modules are (no mode changes a number: fair-esm has no dropout)."""
    return ".eval(" in source.program or ".train(" in source.program

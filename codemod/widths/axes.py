"""Which axis of a tensor a comparison measures: only the last one is as long as the embeddings are wide.

`assert scores.shape[0] == 2560` counts proteins that happen to be as many as the old checkpoint is wide.
"""

from __future__ import annotations

import ast
import re
from typing import Optional

from codemod.program.source import Source

_MEASURED = re.compile(r"\.shape\b|\.size\(|\blen\(|\.ndim\b")


def measures(source: Source, user: ast.Compare | ast.Call) -> bool:
    """Whether a shape is compared for being equal: what must be smaller or larger is a length."""
    operators = user.ops if isinstance(user, ast.Compare) else []
    equal = all(isinstance(each, (ast.Eq, ast.NotEq, ast.In, ast.NotIn)) for each in operators)
    return equal and _MEASURED.search(source.code(user)) is not None


def measures_last_axis(user: ast.Compare | ast.Call, operand: ast.expr) -> bool:
    """Whether a number, or the last one of a tuple, is compared with the length of the last axis and nothing else."""
    operands = [user.left, *user.comparators] if isinstance(user, ast.Compare) else user.args[:2]
    choice = isinstance(user, ast.Compare) and any(isinstance(each, (ast.In, ast.NotIn)) for each in user.ops)
    whole = isinstance(operand, (ast.Tuple, ast.List)) and not choice
    others = [each for each in operands if each is not operand]
    return bool(others) and all(_to_the_end(each) if whole else _is_last(each) for each in others)


def _is_last(measured: ast.expr) -> bool:
    """`x.shape[-1]`, `x.size(-1)`, `x.size(dim=-1)`."""
    if isinstance(measured, ast.Subscript):
        return _is_shape(measured.value) and is_minus_one(measured.slice)
    if not isinstance(measured, ast.Call) or getattr(measured.func, "attr", None) != "size":
        return False
    given = [*measured.args, *(each.value for each in measured.keywords if each.arg == "dim")]
    return len(given) == 1 and is_minus_one(given[0])


def _to_the_end(measured: ast.expr) -> bool:
    """`x.shape`, `tuple(x.shape)`, `x.size()`, `x.shape[1:]`."""
    if isinstance(measured, ast.Subscript) and isinstance(measured.slice, ast.Slice):
        cut = measured.slice
        return cut.upper is None and cut.step is None and _is_shape(measured.value)
    if isinstance(measured, ast.Call) and getattr(measured.func, "id", None) in ("tuple", "list"):
        return len(measured.args) == 1 and _to_the_end(measured.args[0])
    return _is_shape(measured)


def _is_shape(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return getattr(node.func, "attr", None) == "size" and not (node.args or node.keywords)
    return isinstance(node, ast.Attribute) and node.attr == "shape"


def is_minus_one(node: Optional[ast.AST]) -> bool:
    operand = getattr(node, "operand", None)
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and getattr(operand, "value", None) == 1

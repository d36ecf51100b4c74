"""Parameters that are None by default and filled by the function itself: `layer = layer or 33`.

Callers that nobody sees may give another value in None's place, as they may in that of a literal default.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemod.flow.joining import opened
from codemod.flow.values import Value

if TYPE_CHECKING:
    from codemod.flow.frame import Frame


def filled(frame: Frame, name: str, value: Value) -> Value:
    """What a variable is from where the function gives it a value."""
    return opened(value, frame.analysis.cells.open_kinds) if _is_optional(frame, name) else value


def chosen(frame: Frame, operands: list[ast.expr], value: Value) -> Value:
    """What an expression gives that falls back on something: `layer or 33`, `33 if layer is None else layer`."""
    names = [each.id for each in operands if isinstance(each, ast.Name)]
    return opened(value, frame.analysis.cells.open_kinds) if any(_is_optional(frame, each) for each in names) else value


def _is_optional(frame: Frame, name: str) -> bool:
    scope = frame.scope
    if not isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef)) or scope not in frame.analysis.cells.importable:
        return False
    signature = scope.args
    plain = [*signature.posonlyargs, *signature.args]
    pairs = [*zip(reversed(plain), reversed(signature.defaults)), *zip(signature.kwonlyargs, signature.kw_defaults)]
    return any(each.arg == name and isinstance(value, ast.Constant) and value.value is None for each, value in pairs)

"""A call of the model, taken apart."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Optional

_PARAMETERS = ("tokens", "repr_layers", "need_head_weights", "return_contacts")


@dataclass(frozen=True)
class Call:
    """A model call taken apart; `flags` are the arguments after the tokens."""

    node: ast.Call
    tokens: ast.expr
    flags: dict[str, ast.expr]


def parse(node: ast.AST) -> Optional[Call]:
    """A model call's tokens and flags, or None where they cannot be told apart."""
    assert isinstance(node, ast.Call)
    if any(isinstance(each, ast.Starred) for each in node.args) or len(node.args) > len(_PARAMETERS):
        return None
    given = dict(zip(_PARAMETERS, node.args))
    given.update({each.arg: each.value for each in node.keywords if each.arg})
    if any(each.arg is None for each in node.keywords) or not given.keys() <= set(_PARAMETERS) or "tokens" not in given:
        return None
    if node.keywords and node.keywords[0].arg != "tokens" and not node.args:
        return None
    return Call(node, given.pop("tokens"), given)

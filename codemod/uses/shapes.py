"""Questions about the form of expressions that several rules ask."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Optional

from codemod.flow.values import Const, Tup, Value
from codemod.uses.use import Use

_MUTATORS = ("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort", "add", "discard", "update")


def mutates(parent: ast.AST) -> bool:
    """`container.append`, `container[...] = `, `del container[...]`, as the parent of the container."""
    if isinstance(parent, ast.Attribute):
        return parent.attr in _MUTATORS
    return isinstance(parent, ast.Subscript) and not isinstance(parent.ctx, ast.Load)


def stored_identity(store: Use, load: Use, calls: Sequence[Use]) -> bool:
    """`model.lm_head = Identity()` in the same block as the load, after it and before any call."""
    statement, loaded = store.source.parents[store.node], load.source.statement_of(load.node)
    if not isinstance(statement, ast.Assign) or not is_identity(statement.value) or store.source is not load.source:
        return False
    same_block = store.source.parents[statement] is load.source.parents[loaded]
    between = [each for each in calls if each.source is load.source and load.line <= each.line <= store.line]
    return same_block and statement.lineno > loaded.lineno and not between


def is_identity(node: ast.expr) -> bool:
    """`torch.nn.Identity(...)`, however it is imported."""
    return isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "Identity"


def is_cheap(node: ast.expr) -> bool:
    """Names, attributes and moves to a device: reading them twice changes nothing."""
    if isinstance(node, ast.Call):
        move = node.func
        return (
            isinstance(move, ast.Attribute)
            and move.attr in ("cuda", "cpu")
            and not (node.args or node.keywords)
            and is_cheap(move.value)
        )
    if isinstance(node, ast.Attribute):
        return is_cheap(node.value)
    return isinstance(node, ast.Name)


def is_held(node: ast.AST) -> bool:
    """A variable, an attribute of one, or an item of a container by a plain key: it can be named again."""
    if isinstance(node, ast.Attribute):
        return is_held(node.value)
    if isinstance(node, ast.Subscript):
        return is_held(node.value) and (isinstance(node.slice, ast.Constant) or is_held(node.slice))
    return isinstance(node, ast.Name)


#: Parts of an expression that do something when it is evaluated; calls may, too.
ACTS = (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)


#: Built-ins that give the same for the same, and do nothing.
PURE = frozenset(["abs", "int", "len", "list", "max", "min", "range", "set", "sorted", "tuple"])
_COMPUTES = (ast.Attribute, ast.BinOp, ast.Call, ast.Constant, ast.List, ast.Name, ast.Set, ast.Starred, ast.Tuple,
             ast.UnaryOp, ast.expr_context, ast.operator, ast.unaryop)  # fmt: skip


def only_computes(node: ast.expr) -> bool:
    """Whether an expression hangs on its names alone, and does nothing: literals, arithmetic, a few built-ins."""
    parts = list(ast.walk(node))
    calls = [each for each in parts if isinstance(each, ast.Call)]
    pure = all(isinstance(each.func, ast.Name) and each.func.id in PURE and not each.keywords for each in calls)
    return pure and all(isinstance(each, _COMPUTES) for each in parts)


def model_of(call: ast.Call) -> ast.expr:
    """The expression of the model in `model(...)` or `model.forward(...)`."""
    forward = isinstance(call.func, ast.Attribute) and call.func.attr == "forward"
    return call.func.value if forward and isinstance(call.func, ast.Attribute) else call.func


def layers_of(value: Value) -> Optional[list[int]]:
    """The layer numbers of a literal `repr_layers`."""
    if not isinstance(value, Tup):
        return None
    known = [item.values for item in value.items if isinstance(item, Const) and len(item.values) == 1 and not item.open]
    numbers = [number for values in known for number in values if isinstance(number, int)]
    return numbers if len(numbers) == len(value.items) else None

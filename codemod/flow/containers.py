"""What the methods of lists and dicts give, and what they change."""

from __future__ import annotations

import ast
from collections.abc import Callable

from codemod.flow.arguments import Arguments
from codemod.flow.binding import update
from codemod.flow.frame import Frame
from codemod.flow.items import item, overlaid, with_item
from codemod.flow.joining import element, join, join_all
from codemod.flow.values import OTHER, Map, Seq, Tup, Value, held_by


def _grow(frame: Frame, target: ast.expr, base: Value, arguments: Arguments) -> Value:
    new = arguments.positional[-1] if arguments.positional else None
    update(frame, target, with_item(base, OTHER, new))
    return None


def _extend(frame: Frame, target: ast.expr, base: Value, arguments: Arguments) -> Value:
    new = join_all(arguments.positional)
    if isinstance(base, Map):
        merged = overlaid(base, new) if arguments.positional else base
        named = Map(tuple((name, value) for name, value in arguments.keywords.items() if name))
        merged = overlaid(merged, named)
        update(frame, target, overlaid(merged, arguments.keywords[None]) if None in arguments.keywords else merged)
    else:
        update(frame, target, with_item(base, OTHER, element(new)))
    return None


def move(frame: Frame, target: ast.expr, base: Value) -> None:
    """The items of a list change their places, which are known no longer."""
    if isinstance(base, Tup):
        update(frame, target, Seq(element(base)))


def _reorder(frame: Frame, target: ast.expr, base: Value, arguments: Arguments) -> Value:
    move(frame, target, base)
    return None


def _pop(frame: Frame, target: ast.expr, base: Value, arguments: Arguments) -> Value:
    move(frame, target, base)
    return _get(frame, target, base, arguments)


def _get(frame: Frame, target: ast.expr, base: Value, arguments: Arguments) -> Value:
    key = arguments.get(0, "key")
    return join(item(base, OTHER if key is None else key), arguments.get(1, "default"))


def _setdefault(frame: Frame, target: ast.expr, base: Value, arguments: Arguments) -> Value:
    key = arguments.get(0, "key")
    update(frame, target, with_item(base, OTHER if key is None else key, arguments.get(1, "default")))
    return _get(frame, target, base, arguments)


def _items(frame: Frame, target: ast.expr, base: Value, arguments: Arguments) -> Value:
    return Seq(Tup((element(base), join_all(held_by(base))))) if isinstance(base, Map) else OTHER


def _values(frame: Frame, target: ast.expr, base: Value, arguments: Arguments) -> Value:
    return Seq(join_all(held_by(base))) if isinstance(base, Map) else OTHER


def _keys(frame: Frame, target: ast.expr, base: Value, arguments: Arguments) -> Value:
    return Seq(element(base))


def _copy(frame: Frame, target: ast.expr, base: Value, arguments: Arguments) -> Value:
    return base


CONTAINER: dict[str, Callable[[Frame, ast.expr, Value, Arguments], Value]] = {
    "add": _grow,
    "append": _grow,
    "copy": _copy,
    "extend": _extend,
    "get": _get,
    "insert": _grow,
    "items": _items,
    "keys": _keys,
    "pop": _pop,
    "remove": _reorder,
    "reverse": _reorder,
    "setdefault": _setdefault,
    "sort": _reorder,
    "update": _extend,
    "values": _values,
}

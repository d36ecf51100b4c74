"""What a call gives, for each kind of callee, and what its arguments tell the callee's parameters."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Optional

from codemod.flow.arguments import Arguments
from codemod.flow.binding import update
from codemod.flow.containers import CONTAINER
from codemod.flow.contexts import returned_here
from codemod.flow.fields import fill
from codemod.flow.filled import CONTAINERS, filled_by
from codemod.flow.frame import Frame, attribute_of_class, lookup_global
from codemod.flow.joining import join, join_all, opened
from codemod.flow.stubbed import is_stub
from codemod.flow.tokens import BATCH, hand_over
from codemod.flow.values import (
    OTHER,
    UNSEEN,
    Class,
    Deferred,
    External,
    Func,
    Instance,
    Map,
    Meaning,
    Mixed,
    Seq,
    Several,
    Tup,
    Value,
    origins,
)
from codemod.flow.wrapping import prepared, registered
from codemod.library import CALLS, CONVERTER, DATASET, METHODS, MODEL, PSEUDO, SAME


def apply(frame: Frame, node: ast.Call, function: Value, arguments: Arguments) -> Value:
    """The value of a call."""
    if isinstance(function, Meaning):
        return _library(frame, node, function, arguments)
    if isinstance(function, Several):
        return join_all([apply(frame, node, each, arguments) for each in function.choices])
    if isinstance(function, Func):
        return call_function(frame, function, arguments)
    if isinstance(function, Class):
        return _instantiate(frame, function, arguments)
    if isinstance(function, Instance):
        return _called_instance(frame, function, arguments)
    if isinstance(function, External):
        return frame.analysis.external(frame, node, function.name, arguments)
    if isinstance(function, Deferred):
        return _deferred(frame, node, function, arguments)
    if isinstance(function, Mixed):
        return function if isinstance(node.func, ast.Attribute) and node.func.attr in SAME[MODEL] else OTHER
    if function is None:
        return None
    if function == UNSEEN:
        hand_over(frame, node, arguments)
        _let_go(frame, node, arguments)
        return UNSEEN
    hand_over(frame, node, arguments, ast.unparse(node.func))
    return unknown(frame, node, arguments)


def _library(frame: Frame, node: ast.Call, function: Meaning, arguments: Arguments) -> Value:
    owner, _, method = function.kind.rpartition(".")
    if owner in PSEUDO:
        if method in SAME.get(owner, ()):
            return Meaning(owner, function.origins)
        return Meaning(METHODS[owner, method], frozenset([node]))
    if function.kind == CONVERTER:
        return BATCH
    frame.analysis.loaded(node, function.kind, arguments.get(0, "model_name"))
    return stamp(CALLS.get(function.kind, OTHER), node)


def _deferred(frame: Frame, node: ast.Call, function: Deferred, arguments: Arguments) -> Value:
    """A function of a module that has not been read: it is read now if something of fair-esm's is handed to it."""
    if not any(origins(value) for _, value in arguments.all()):
        return OTHER
    frame.analysis.enter(function.path)
    return apply(frame, node, lookup_global(frame.analysis, function.path, function.name), arguments)


def stamp(shape: object, node: ast.Call) -> Value:
    if isinstance(shape, tuple):
        return Tup(tuple(stamp(part, node) for part in shape))
    return Meaning(shape, frozenset([node])) if isinstance(shape, str) else OTHER


def call_function(frame: Frame, function: Func, arguments: Arguments) -> Value:
    """Hand the arguments to the parameters' cells; what comes back is what all returns agree on."""
    cells, signature = frame.analysis.cells, function.node.args  # type: ignore[attr-defined]
    names = [argument.arg for argument in (*signature.posonlyargs, *signature.args)]
    positional = list(function.given)
    for position, value in enumerate(arguments.positional):
        starred = isinstance(dict(enumerate(arguments.expressions)).get(position), ast.Starred)
        positional.extend([value] * max(1, len(names) - len(positional)) if starred else [value])
    for name, value in zip(names, positional):
        cells.give(function.node, name, value)
    if signature.vararg and len(positional) > len(names):
        rest = Tup(tuple(positional[len(names) :]))
        cells.write(("param", function.node, signature.vararg.arg), rest)
    _keywords(frame, function, arguments, names)
    _hand_back(frame, function, arguments, names[len(function.given) :])
    return returned_here(frame, function, arguments, cells.read(("return", function.node)))


def _hand_back(frame: Frame, function: Func, arguments: Arguments, names: list[str]) -> None:
    """What a function puts into the containers that it is handed is in them afterwards."""
    exact = len(arguments.expressions) == len(arguments.positional)
    pairs = [*zip(names, arguments.expressions)] if exact else []
    pairs += [(each.arg, each.value) for each in arguments.node.keywords if each.arg]
    for name, expression in pairs:
        held = frame.analysis.values.get(expression)
        if isinstance(held, CONTAINERS) and isinstance(expression, (ast.Name, ast.Attribute)):
            put = filled_by(frame, function.node, name)
            if put is not None:
                update(frame, expression, join(frame.evaluate(expression), put))


def _keywords(frame: Frame, function: Func, arguments: Arguments, names: list[str]) -> None:
    cells, signature = frame.analysis.cells, function.node.args  # type: ignore[attr-defined]
    known = {*names, *(argument.arg for argument in signature.kwonlyargs)}
    for name, value in [*function.keywords, *arguments.keywords.items()]:
        if name in known:
            cells.give(function.node, name, value)
        elif name is None and isinstance(value, Map):
            for key, each in value.items:
                if key in known:
                    cells.give(function.node, key, each)
        elif signature.kwarg and name is not None:
            cells.write(("param", function.node, signature.kwarg.arg), Map(((name, value),)))


def _instantiate(frame: Frame, function: Class, arguments: Arguments) -> Value:
    if function.node in frame.analysis.datasets:
        return Meaning(DATASET, frozenset([arguments.node]))
    made = Instance(function.node)
    constructor = attribute_of_class(frame.analysis, function.node, "__init__")
    if isinstance(constructor, Func):
        call_function(frame, Func(constructor.node, (made,)), arguments)
    else:
        fill(frame, function, arguments)
    return made


def _called_instance(frame: Frame, function: Instance, arguments: Arguments) -> Value:
    if is_stub(function):
        return function
    for name in ("__call__", "forward"):
        method = attribute_of_class(frame.analysis, function.node, name)
        if isinstance(method, Func):
            return call_function(frame, Func(method.node, (function,)), arguments)
    return unknown(frame, arguments.node, arguments)


#: An empty container is handed over to be filled, by code that nobody sees with what nobody knows.
_EMPTY: dict[Value, Value] = {Tup(()): Seq(OTHER), Map(()): Map((), OTHER)}


def unknown(frame: Frame, node: ast.Call, arguments: Arguments) -> Value:
    """A callee nobody can see: what is handed over escapes, and functions may be called with anything."""
    method = _method(frame, node, arguments)
    if method is not None:
        return method[0]
    _let_go(frame, node, arguments)
    for expression, value in arguments.all():
        if value in _EMPTY and isinstance(expression, (ast.Name, ast.Attribute)):
            update(frame, expression, _EMPTY[value])
        elif isinstance(value, Map) and isinstance(expression, (ast.Name, ast.Attribute)):
            update(frame, expression, opened(value))  # settings, which a file may be read into
        if isinstance(value, Func):
            given = call_function(frame, value, replace(arguments, positional=[OTHER] * 9, keywords={}))
            if ast.unparse(node.func).rpartition(".")[2] not in _DISCARDING:
                why = f"is what a function returns to {ast.unparse(node.func)}(), which this tool cannot see"
                frame.analysis.escape(given, expression, why)
    return OTHER


def _let_go(frame: Frame, node: ast.Call, arguments: Arguments) -> None:
    for expression, value in arguments.all():
        if frame.analysis.is_bound(value):
            why = f"is handed to {ast.unparse(node.func)}(), which this tool cannot see"
            frame.analysis.escape(value, expression, why)


#: Callees that run what they are handed and drop what it gives.
_DISCARDING = ("Thread", "Process", "Timer", "start_new_thread", "finalize")


def _method(frame: Frame, node: ast.Call, arguments: Arguments) -> Optional[tuple[Value]]:
    """Methods of containers and of instances that no class here defines; None where it is neither."""
    if not isinstance(node.func, ast.Attribute):
        return None
    base, name = frame.evaluate(node.func.value), node.func.attr
    if isinstance(base, (Instance, Several, Tup, Seq, Map)) and name in SAME[MODEL]:
        return (base,)
    if registered(frame, base, name, arguments):
        return (None,)
    given = prepared(frame, name, arguments)
    if given is not None:
        return (given,)
    if isinstance(base, (Tup, Seq, Map)) and name in CONTAINER:
        return (CONTAINER[name](frame, node.func.value, base, arguments),)
    return None

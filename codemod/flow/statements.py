"""What a plain statement does to a scope's variables."""

from __future__ import annotations

import ast
from collections.abc import Callable

from codemod.flow.annotations import promised
from codemod.flow.arguments import Arguments
from codemod.flow.binding import assign, share, update
from codemod.flow.calls import apply
from codemod.flow.containers import move
from codemod.flow.fields import default
from codemod.flow.frame import Frame
from codemod.flow.imports import import_from, import_module
from codemod.flow.joining import element, join
from codemod.flow.tokens import store
from codemod.flow.values import OTHER, Class, Func, Instance, Seq, Tup, Value


def _assign(frame: Frame, node: ast.Assign) -> None:
    value = frame.evaluate(node.value)
    for target in node.targets:
        assign(frame, target, value)
    share(frame, node.targets, node.value, value)


def _annotated(frame: Frame, node: ast.AnnAssign) -> None:
    kind = promised(frame, node.annotation)
    value = default(frame, frame.evaluate(node.value)) if node.value is not None else None
    if node.value is not None or kind is not None:
        assign(frame, node.target, join(value, kind) if value != OTHER else kind or OTHER)


def _augmented(frame: Frame, node: ast.AugAssign) -> None:
    new, old = frame.evaluate(node.value), frame.evaluate(node.target)
    if isinstance(old, (Tup, Seq)):
        update(frame, node.target, Seq(join(element(old), element(new))))
        return
    store(frame, old, OTHER)
    if isinstance(node.target, ast.Name):
        frame.bind(node.target.id, OTHER)


def _return(frame: Frame, node: ast.Return) -> bool:
    value = frame.evaluate(node.value) if node.value else None
    if not frame.dead:
        frame.returned.append(value)
        frame.analysis.cells.write(("return", frame.scope), value)
    return False


def _raise(frame: Frame, node: ast.Raise) -> bool:
    for child in (node.exc, node.cause):
        if child is not None:
            frame.evaluate(child)
    return False


def _function(frame: Frame, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    decorators = [frame.evaluate(decorator) for decorator in node.decorator_list]
    frame.analysis.define(frame, node)
    function: Value = Func(node)
    for decorator, value in zip(reversed(node.decorator_list), reversed(decorators)):
        if isinstance(value, Func) and not _passes_through(value.node):
            call = ast.Call(func=decorator, args=[], keywords=[])
            function = apply(frame, call, value, Arguments(call, [function], {}))
    if isinstance(frame.scope, ast.ClassDef) and node.args.args:
        frame.analysis.cells.write(("param", node, node.args.args[0].arg), _receiver(frame.scope, node))
    frame.bind(node.name, function)


def _passes_through(decorator: ast.AST) -> bool:
    """Whether a decorator's wrapper takes anything and gives back what the function gives: then it is as if not there.

    Following it would mix up the arguments of every function it is put on.
    """
    functions = [each for each in ast.walk(decorator) if isinstance(each, ast.FunctionDef) and each is not decorator]
    if len(functions) != 1 or not (functions[0].args.vararg and functions[0].args.kwarg):
        return False
    names = {each.arg for each in ast.walk(decorator.args) if isinstance(each, ast.arg)}  # type: ignore[attr-defined]
    nodes = list(ast.walk(functions[0]))
    kept = {each.targets[0].id for each in nodes if isinstance(each, ast.Assign) and _calls(each.value, names)
            and isinstance(each.targets[0], ast.Name)}  # fmt: skip
    returned = [each.value for each in nodes if isinstance(each, ast.Return)]
    return bool(returned) and all(
        _calls(each, names) or (isinstance(each, ast.Name) and each.id in kept) for each in returned
    )


def _calls(node: ast.AST | None, names: set[str]) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names


def _receiver(owner: ast.ClassDef, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Value:
    decorators = {ast.unparse(each) for each in node.decorator_list}
    if "staticmethod" in decorators:
        return None
    return Class(owner) if "classmethod" in decorators else Instance(owner)


def _import(frame: Frame, node: ast.Import) -> None:
    for alias in node.names:
        import_module(frame.analysis, frame, node, alias)


def _import_from(frame: Frame, node: ast.ImportFrom) -> None:
    for alias in node.names:
        import_from(frame.analysis, frame, node, alias)


def _delete(frame: Frame, node: ast.Delete) -> None:
    for target in node.targets:
        if isinstance(target, ast.Name):
            frame.evaluate(target)
            frame.env.pop(target.id, None)
        else:
            frame.evaluate(target)
        if isinstance(target, ast.Subscript):
            move(frame, target.value, frame.evaluate(target.value))


def _scoped(frame: Frame, node: ast.stmt) -> None:
    """`global` and `nonlocal` are in the bindings already."""


#: Statements without statements inside them; a function's run when it is called.
PLAIN: dict[type, Callable[..., object]] = {
    ast.AnnAssign: _annotated,
    ast.Assign: _assign,
    ast.AsyncFunctionDef: _function,
    ast.AugAssign: _augmented,
    ast.Delete: _delete,
    ast.FunctionDef: _function,
    ast.Global: _scoped,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Nonlocal: _scoped,
    ast.Raise: _raise,
    ast.Return: _return,
}

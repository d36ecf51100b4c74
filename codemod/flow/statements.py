"""What a statement does to a scope's variables, in the order of execution; branches are joined, loops run twice."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from codemod.flow.arguments import Arguments
from codemod.flow.attributes import instance_of
from codemod.flow.binding import assign, update
from codemod.flow.calls import apply
from codemod.flow.datasets import makes_only
from codemod.flow.frame import Frame
from codemod.flow.imports import import_from, import_module
from codemod.values import (
    OTHER,
    Class,
    Func,
    Instance,
    Meaning,
    Mixed,
    Seq,
    Tup,
    Value,
    element,
    join,
    join_all,
    origins,
)


def execute(frame: Frame, body: Iterable[ast.stmt]) -> bool:
    """Run statements in order; False when control cannot come out at their end (return, raise).

    What stands after that is read like the rest, but nothing it returns comes back.
    """
    through, dead = True, frame.dead
    for statement in body:
        through = _statement(frame, statement) and through
        frame.dead = dead or not through
    frame.dead = dead
    return through


def _statement(frame: Frame, node: ast.stmt) -> bool:
    run = _EXECUTORS.get(type(node))
    if run is not None:
        return run(frame, node) is not False
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            frame.evaluate(child)
    return True


def _assign(frame: Frame, node: ast.Assign) -> None:
    value = frame.evaluate(node.value)
    for target in node.targets:
        assign(frame, target, value)


def _annotated(frame: Frame, node: ast.AnnAssign) -> None:
    promised = instance_of(frame.evaluate(node.annotation), node.annotation)
    value = frame.evaluate(node.value) if node.value is not None else None
    if node.value is not None or promised is not None:
        assign(frame, node.target, join(value, promised) if value != OTHER else promised or OTHER)


def _augmented(frame: Frame, node: ast.AugAssign) -> None:
    new, old = frame.evaluate(node.value), frame.evaluate(node.target)
    if isinstance(old, (Tup, Seq)):
        update(frame, node.target, Seq(join(element(old), element(new))))
    elif isinstance(node.target, ast.Name):
        frame.bind(node.target.id, OTHER)


def _if(frame: Frame, node: ast.If) -> bool:
    frame.evaluate(node.test)
    return _branches(frame, [node.body, node.orelse])


def _branches(frame: Frame, bodies: list[list[ast.stmt]]) -> bool:
    before = dict(frame.env)
    ends = []
    for body in bodies:
        frame.env = dict(before)
        if execute(frame, body):
            ends.append(frame.env)
    frame.env = _joined(ends) if ends else frame.env
    return bool(ends)


def _joined(environments: list[dict[str, Value]]) -> dict[str, Value]:
    joined = dict(environments[0])
    for environment in environments[1:]:
        for name, value in environment.items():
            joined[name] = join(joined.get(name), value)
    return joined


def _loop(frame: Frame, target: ast.expr | None, items: Value, body: list[ast.stmt], orelse: list[ast.stmt]) -> None:
    for _ in range(2):
        before = dict(frame.env)
        if target is not None:
            assign(frame, target, element(items))
        execute(frame, body)
        frame.env = _joined([before, frame.env])
    execute(frame, orelse)


def _for(frame: Frame, node: ast.For | ast.AsyncFor) -> None:
    _loop(frame, node.target, frame.evaluate(node.iter), node.body, node.orelse)


def _while(frame: Frame, node: ast.While) -> None:
    frame.evaluate(node.test)
    _loop(frame, None, None, node.body, node.orelse)
    frame.evaluate(node.test)


def _with(frame: Frame, node: ast.With | ast.AsyncWith) -> bool:
    for each in node.items:
        value = frame.evaluate(each.context_expr)
        if each.optional_vars is not None:
            assign(frame, each.optional_vars, element(value) if isinstance(value, Seq) else value)
    return execute(frame, node.body)


def _try(frame: Frame, node: ast.Try) -> bool:
    before = dict(frame.env)
    through = execute(frame, node.body) and execute(frame, node.orelse)
    ends = [frame.env] if through else []
    start = _joined([before, frame.env])
    for handler in node.handlers:
        frame.env = dict(start)
        if handler.type is not None:
            frame.evaluate(handler.type)
        if handler.name:
            frame.bind(handler.name, OTHER)
        if execute(frame, handler.body):
            ends.append(frame.env)
    frame.env = _joined(ends) if ends else start
    return execute(frame, node.finalbody) and bool(ends)


def _match(frame: Frame, node: ast.stmt) -> bool:
    """`match`: what a pattern takes out of the subject cannot be told apart."""
    subject = frame.evaluate(node.subject)  # type: ignore[attr-defined]
    inside = origins(subject)
    before, ends = dict(frame.env), []
    for case in node.cases:  # type: ignore[attr-defined]
        frame.env = dict(before)
        for name in [getattr(each, "name", None) or getattr(each, "rest", None) for each in ast.walk(case.pattern)]:
            if name:
                frame.bind(name, Mixed(inside) if inside else OTHER)
        if case.guard is not None:
            frame.evaluate(case.guard)
        if execute(frame, case.body):
            ends.append(frame.env)
    frame.env = _joined([before, *ends])
    return True


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


def _class(frame: Frame, node: ast.ClassDef) -> None:
    for decorator in node.decorator_list:
        frame.evaluate(decorator)
    bases = [frame.evaluate(base) for base in node.bases]
    for keyword in node.keywords:
        frame.evaluate(keyword.value)
    frame.analysis.inherit(node, [base.node for base in bases if isinstance(base, Class)])
    inner = Frame(frame.analysis, frame.source, node, dict(frame.env))
    execute(inner, node.body)
    fair = [base for base in bases if isinstance(base, Meaning)]
    if fair and fair[0].kind == "esm.data.FastaBatchedDataset" and makes_only(node):
        frame.analysis.datasets[node] = fair.pop()
    frame.bind(node.name, Class(node) if not fair else join_all([*fair, OTHER]))


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


def _scoped(frame: Frame, node: ast.stmt) -> None:
    """`global` and `nonlocal` are in the bindings already."""


#: Statements of later Pythons than the oldest this runs on.
_LATER: dict[str, Callable[..., object]] = {"Match": _match, "TryStar": _try}
_EXECUTORS: dict[type, Callable[..., object]] = {
    **{getattr(ast, name): run for name, run in _LATER.items() if hasattr(ast, name)},
    ast.AnnAssign: _annotated,
    ast.Assign: _assign,
    ast.AsyncFor: _for,
    ast.AsyncFunctionDef: _function,
    ast.AsyncWith: _with,
    ast.AugAssign: _augmented,
    ast.ClassDef: _class,
    ast.Delete: _delete,
    ast.For: _for,
    ast.FunctionDef: _function,
    ast.Global: _scoped,
    ast.If: _if,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Nonlocal: _scoped,
    ast.Raise: _raise,
    ast.Return: _return,
    ast.Try: _try,
    ast.While: _while,
    ast.With: _with,
}


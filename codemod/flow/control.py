"""Statements in the order of execution: each variable is what the bindings that reach a place can have made it.

Branches are joined, loops run until nothing changes, and a handler is reached from any moment of what is tried.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from typing import Optional

from codemod.flow.binding import assign, share
from codemod.flow.datasets import makes_only
from codemod.flow.frame import Frame, Jumps, Variables
from codemod.flow.joining import element, join, join_all
from codemod.flow.rebound import enclosed
from codemod.flow.statements import PLAIN
from codemod.flow.values import OTHER, Class, Meaning, Mixed, Seq, Value, origins

_PASSES = 8  # of a loop, whose variables may hand a value on to each other; so many that none is left in practice


def execute(frame: Frame, body: Iterable[ast.stmt]) -> bool:
    """Run statements in order; False when control cannot come out at their end (return, raise, break, continue).

    What stands after that is read like the rest, but nothing it returns comes back.
    """
    through, dead = True, frame.dead
    for statement in body:
        through = _statement(frame, statement) and through
        frame.dead = dead or not through
    frame.dead = dead
    return through


def _statement(frame: Frame, node: ast.stmt) -> bool:
    run = PLAIN.get(type(node)) or _CONTROL.get(type(node))
    if run is not None:
        return run(frame, node) is not False
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            frame.evaluate(child)
    return True


def _if(frame: Frame, node: ast.If) -> bool:
    frame.evaluate(node.test)
    before, ends = dict(frame.env), []
    for body in (node.body, node.orelse):
        frame.env = dict(before)
        if execute(frame, body):
            ends.append(frame.env)
    frame.env = _joined(ends) if ends else frame.env
    return bool(ends)


def _joined(environments: Sequence[Variables]) -> Variables:
    joined = dict(environments[0])
    for environment in environments[1:]:
        for name, value in environment.items():
            joined[name] = join(joined.get(name), value)
    return joined


def _loop(frame: Frame, node: ast.For | ast.AsyncFor | ast.While, items: Value, test: Optional[ast.expr]) -> None:
    jumps = Jumps()
    frame.loops.append(jumps)
    for _ in range(_PASSES):
        before = dict(frame.env)
        if test is not None:
            frame.evaluate(test)
        elif not isinstance(node, ast.While):
            assign(frame, node.target, element(items))
            share(frame, [node.target], ast.Subscript(node.iter, ast.Constant(None), ast.Load()), element(items))
        ends = [frame.env] if execute(frame, node.body) else []
        frame.env = _joined([before, *ends, *jumps.nexts])
        if frame.env == before:
            break
    frame.loops.pop()
    if test is not None:
        frame.evaluate(test)
    execute(frame, node.orelse)
    endless = isinstance(test, ast.Constant) and bool(test.value) and bool(jumps.breaks)
    frame.env = _joined([*([] if endless else [frame.env]), *jumps.breaks])


def _for(frame: Frame, node: ast.For | ast.AsyncFor) -> None:
    _loop(frame, node, frame.evaluate(node.iter), None)


def _while(frame: Frame, node: ast.While) -> None:
    _loop(frame, node, None, node.test)


def _break(frame: Frame, node: ast.Break) -> bool:
    if frame.loops and not frame.dead:
        frame.loops[-1].breaks.append(dict(frame.env))
    return False


def _continue(frame: Frame, node: ast.Continue) -> bool:
    if frame.loops and not frame.dead:
        frame.loops[-1].nexts.append(dict(frame.env))
    return False


def _with(frame: Frame, node: ast.With | ast.AsyncWith) -> bool:
    for each in node.items:
        value = frame.evaluate(each.context_expr)
        if each.optional_vars is not None:
            assign(frame, each.optional_vars, element(value) if isinstance(value, Seq) else value)
    if not any(_swallows(each.context_expr) for each in node.items):
        return execute(frame, node.body)
    before = dict(frame.env)
    _, during = _watched(frame, node.body)
    frame.env = _joined([before, during])
    return True


def _swallows(node: ast.expr) -> bool:
    """Whether a context manager ends what is in it early and goes on after it: `suppress`, `pytest.raises`."""
    name = ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
    return name in ("suppress", "raises") or name.startswith("assertRaises")


def _watched(frame: Frame, body: Iterable[ast.stmt]) -> tuple[bool, Variables]:
    """Run statements; with what the variables are given at any moment."""
    during: Variables = {}
    frame.watches.append(during)
    through = execute(frame, body)
    frame.watches.pop()
    return through, during


def _try(frame: Frame, node: ast.Try) -> bool:
    before = dict(frame.env)
    through, during = _watched(frame, node.body)
    start = _joined([before, during])
    ends, moments = [], [start]
    if through:
        through, during = _watched(frame, node.orelse)
        ends, moments = [frame.env] * through, [start, during]
    for handler in node.handlers:
        frame.env = dict(start)
        if handler.type is not None:
            frame.evaluate(handler.type)
        if handler.name:
            frame.bind(handler.name, OTHER)
        through, during = _watched(frame, handler.body)
        ends, moments = [*ends, *[frame.env] * through], [*moments, during]
    if node.finalbody:
        frame.env = _joined(moments)
        execute(frame, node.finalbody)
    frame.env = _joined(ends) if ends else start
    return execute(frame, node.finalbody) and bool(ends)


def _match(frame: Frame, node: ast.stmt) -> bool:
    """`match`: what a pattern takes out of the subject cannot be told apart."""
    subject = frame.evaluate(node.subject)  # type: ignore[attr-defined]
    inside = origins(subject)
    before, ends = dict(frame.env), []
    for case in node.cases:  # type: ignore[attr-defined]
        frame.env = dict(before)
        for tested in [getattr(each, "cls", None) for each in ast.walk(case.pattern)]:
            if tested is not None:
                frame.evaluate(tested)
        for name in [getattr(each, "name", None) or getattr(each, "rest", None) for each in ast.walk(case.pattern)]:
            if name:
                frame.bind(name, Mixed(inside) if inside else OTHER)
        if case.guard is not None:
            frame.evaluate(case.guard)
        if execute(frame, case.body):
            ends.append(frame.env)
    frame.env = _joined([before, *ends])
    return True


def _class(frame: Frame, node: ast.ClassDef) -> None:
    for decorator in node.decorator_list:
        frame.evaluate(decorator)
    bases = [frame.evaluate(base) for base in node.bases]
    for keyword in node.keywords:
        frame.evaluate(keyword.value)
    frame.analysis.inherit(node, [base.node for base in bases if isinstance(base, Class)])
    enclosed(frame, node)
    inner = Frame(frame.analysis, frame.source, node, dict(frame.env))
    execute(inner, node.body)
    fair = [base for base in bases if isinstance(base, Meaning)]
    if fair and fair[0].kind == "esm.data.FastaBatchedDataset" and makes_only(node):
        frame.analysis.datasets[node] = fair.pop()
    frame.bind(node.name, Class(node) if not fair else join_all([*fair, OTHER]))


#: Statements of later Pythons than the oldest this runs on.
_LATER: dict[str, Callable[..., object]] = {"Match": _match, "TryStar": _try}
_CONTROL: dict[type, Callable[..., object]] = {
    **{getattr(ast, name): run for name, run in _LATER.items() if hasattr(ast, name)},
    ast.AsyncFor: _for,
    ast.AsyncWith: _with,
    ast.Break: _break,
    ast.ClassDef: _class,
    ast.Continue: _continue,
    ast.For: _for,
    ast.If: _if,
    ast.Try: _try,
    ast.While: _while,
    ast.With: _with,
}

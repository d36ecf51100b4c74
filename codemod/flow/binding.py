"""Binding values to targets, whatever their form."""

from __future__ import annotations

import ast

from codemod.flow.by_name import may_hold_others
from codemod.flow.filled import CONTAINERS, tell, tell_module
from codemod.flow.frame import Frame
from codemod.flow.items import with_item
from codemod.flow.joining import element, join
from codemod.flow.tokens import store
from codemod.flow.values import Class, Instance, Map, Meaning, Module, Seq, Several, Tup, Value, is_unseen, rows


def assign(frame: Frame, target: ast.expr, value: Value) -> None:
    """Bind a target, whatever its form."""
    if isinstance(target, ast.Name):
        frame.analysis.keep(target, value)
        frame.bind(target.id, value)
    elif isinstance(target, (ast.Tuple, ast.List)):
        _unpack(frame, target.elts, value)
    elif isinstance(target, ast.Starred):
        assign(frame, target.value, Seq(element(value)))
    elif isinstance(target, ast.Attribute):
        _store_attribute(frame, target, value)
    elif isinstance(target, ast.Subscript):
        _store_item(frame, target, value)


def update(frame: Frame, target: ast.expr, value: Value) -> None:
    """Rebind whatever holds a container which has changed."""
    _hold(frame, target, value)
    for other in frame.twins.get(ast.unparse(target), ()) if frame.twins else ():
        _hold(frame, other, join(frame.evaluate(other), value))


def _hold(frame: Frame, target: ast.expr, value: Value) -> None:
    if isinstance(target, ast.Name):
        frame.bind(target.id, value)
        tell(frame, target.id, value)
    elif isinstance(target, ast.Attribute):
        _store_attribute(frame, target, value)
    elif isinstance(target, ast.Subscript):
        _store_item(frame, target, value)
    elif isinstance(target, ast.Call) and target.args and ast.unparse(target.func).endswith((".get", ".setdefault")):
        within = target.func.value  # type: ignore[attr-defined]
        _store_item(frame, ast.Subscript(within, target.args[0], ast.Store()), value)
    elif not isinstance(target, (ast.List, ast.Tuple, ast.Dict)):
        frame.analysis.escape(value, target, "is put into a container this tool does not follow")


def share(frame: Frame, targets: list[ast.expr], origin: ast.expr, value: Value) -> None:
    """Targets and what they are bound to are one object: what is put into a container through one of them is in all."""
    if not frame.twins and not isinstance(value, CONTAINERS):
        return
    written = [ast.unparse(each) for each in targets]
    for key in list(frame.twins):
        kept = [each for each in frame.twins.pop(key) if not _holds_any(each, written)]
        if key not in written and kept:
            frame.twins[key] = kept
    names = [each for each in (*targets, origin) if isinstance(each, (ast.Name, ast.Attribute, ast.Subscript))]
    if isinstance(value, CONTAINERS) and len(names) > 1 and not _holds_any(origin, written):
        alike = [*names, *frame.twins.get(ast.unparse(origin), ())]
        for each in alike:
            frame.twins[ast.unparse(each)] = [other for other in alike if other is not each]


def _holds_any(node: ast.expr, written: list[str]) -> bool:
    """Whether an expression is made of one of these: bound anew, they make another object of it."""
    parts = [each for each in ast.walk(node) if isinstance(each, (ast.Name, ast.Attribute, ast.Subscript))]
    return any(ast.unparse(each) in written for each in parts)


def _unpack(frame: Frame, targets: list[ast.expr], value: Value) -> None:
    value = frame.analysis.contents(value)
    starred = any(isinstance(target, ast.Starred) for target in targets)
    row = None if starred else next((each for each in rows(value) if len(each.items) == len(targets)), None)
    if row is not None:
        for target, item in zip(targets, row.items):
            assign(frame, target, item)
        return
    if not starred and rows(value) and not frame.analysis.settled:
        frame.analysis.cells.postpone()  # a row of this length may yet come
        value = None
    for target in targets:
        assign(frame, target, value if isinstance(target, ast.Starred) else element(value))


def _store_attribute(frame: Frame, target: ast.Attribute, value: Value) -> None:
    base = frame.evaluate(target.value)
    frame.analysis.keep(target, value)
    bases = base.choices if isinstance(base, Several) else [base]
    owners = [each for each in bases if isinstance(each, (Instance, Class))]
    for owner in owners:
        if target.attr == "__dict__":
            may_hold_others(frame, owner)
        frame.analysis.cells.write(("attr", owner.node, target.attr), value)
    if owners:
        return
    if isinstance(base, Module):
        tell_module(frame, base.path, target.attr, value)
    elif not isinstance(base, Meaning) and not is_unseen(base):
        frame.analysis.escape(value, target, "is stored on an object this tool does not follow")


def _store_item(frame: Frame, target: ast.Subscript, value: Value) -> None:
    base, key = frame.evaluate(target.value), frame.evaluate(target.slice)
    store(frame, base, value)
    if isinstance(base, (Tup, Seq, Map)):
        update(frame, target.value, with_item(base, key, value))
    elif not is_unseen(base):
        frame.analysis.escape(value, target, "is stored in a container this tool does not follow")

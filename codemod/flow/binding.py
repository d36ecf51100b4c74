"""Binding values to targets, whatever their form."""

from __future__ import annotations

import ast

from codemod.flow.frame import Frame
from codemod.flow.tokens import store
from codemod.items import with_item
from codemod.values import Class, Instance, Map, Meaning, Module, Seq, Several, Tup, Value, element, rows


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
    """Rebind the name or attribute that holds a container which has changed."""
    if isinstance(target, ast.Name):
        frame.bind(target.id, value)
    elif isinstance(target, ast.Attribute):
        _store_attribute(frame, target, value)


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
    bases = base.values if isinstance(base, Several) else [base]
    owners = [each for each in bases if isinstance(each, (Instance, Class))]
    for owner in owners:
        frame.analysis.cells.write(("attr", owner.node, target.attr), value)
    if owners:
        return
    if isinstance(base, Module):
        frame.analysis.cells.write(("global", base.path, target.attr), value)
    elif not isinstance(base, Meaning) and base is not None:
        frame.analysis.escape(value, target, "is stored on an object this tool does not follow")


def _store_item(frame: Frame, target: ast.Subscript, value: Value) -> None:
    base, key = frame.evaluate(target.value), frame.evaluate(target.slice)
    store(frame, base, value)
    if isinstance(base, (Tup, Seq, Map)):
        update(frame, target.value, with_item(base, key, value))
    elif base is not None:
        frame.analysis.escape(value, target, "is stored in a container this tool does not follow")

"""Variables that are set by names which are only known when the program runs.

`setattr(self, key, value)`, `self.__dict__.update(settings)`, `globals()[key] = value`: whatever literal an attribute
or a global of that owner holds, it may hold another.
"""

from __future__ import annotations

import ast

from codemod.flow.arguments import Arguments
from codemod.flow.chosen import any_class
from codemod.flow.frame import Frame
from codemod.flow.joining import opened
from codemod.flow.values import OTHER, Class, Instance, Map, Module, Value, constants

#: What has variables that can be looked up by a name.
OWNERS = (Class, Instance, Module)


def set_by_name(frame: Frame, node: ast.Call, arguments: Arguments) -> bool:
    """`setattr(base, name, value)` of a class, an instance or a module of the repository; False for any other base."""
    base, value = arguments.get(0, "obj"), arguments.get(2, "value")
    if not isinstance(base, OWNERS) or frame.analysis.is_bound(value):
        return False
    names = constants(arguments.get(1, "name"))
    if names is None:
        may_hold_others(frame, base)
    owner = ("global", base.path) if isinstance(base, Module) else ("attr", base.node)
    for name in names or [ast.unparse(node)]:
        frame.analysis.cells.write((*owner, str(name)), value)
    return True


def namespace(frame: Frame, node: ast.AST, base: Value) -> Value:
    """What `vars(base)`, `base.__dict__` or, of this module, `globals()` gives: any class of a module, by its name."""
    if _may_be_changed(frame, node):
        may_hold_others(frame, base)
    return Map((), any_class(frame, base)) if isinstance(base, Module) else OTHER


def may_hold_others(frame: Frame, base: Value) -> None:
    """The literals that the attributes of this owner hold are not the only ones."""
    cells = frame.analysis.cells
    if isinstance(base, (Instance, Class)):
        for each in (*frame.analysis.lineage(base.node), *frame.analysis.heirs(base.node)):
            cells.open_all("attr", each)
    elif isinstance(base, Module):
        cells.open_all("global", base.path)
        if base.path == frame.source.path and isinstance(frame.scope, ast.Module):
            frame.env = {name: opened(value) for name, value in frame.env.items()}


_READS = ("copy", "get", "items", "keys", "values")


def _may_be_changed(frame: Frame, node: ast.AST) -> bool:
    parent = frame.source.parents.get(node)
    if isinstance(parent, ast.Attribute):
        return parent.attr not in _READS
    if isinstance(parent, ast.Subscript) and parent.value is node:
        return not isinstance(parent.ctx, ast.Load)
    return isinstance(parent, (ast.Assign, ast.AugAssign, ast.NamedExpr)) and parent.value is node

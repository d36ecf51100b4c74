"""What a function reads of the function around it: what a variable is when it is defined, or becomes from then on.

A value that was bound anew before the inner function came to be can reach no run of it.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from codemod.flow.joining import join
from codemod.flow.values import Map, Seq, Tup, Value
from codemod.program.source import FunctionNode, Scope

if TYPE_CHECKING:
    from codemod.flow.frame import Frame


def enclosed(frame: Frame, node: ast.AST) -> None:
    """A function or class is defined: what the variables around it are now, it may read."""
    if isinstance(frame.scope, FunctionNode):
        frame.inner.append(node)
        for name, value in frame.env.items():
            frame.analysis.cells.write(("free", node, name), value)


def rebound(frame: Frame, name: str, value: Value) -> None:
    """A variable is bound: what was defined before may read that too."""
    for node in frame.inner:
        frame.analysis.cells.write(("free", node, name), value)


def seen_inside(frame: Frame, owner: Scope, inner: Scope, name: str) -> Value:
    """What code in `inner`, which `owner` defines, may see of a variable of `owner`.

    Where inner functions bind it themselves (`nonlocal`), or fill the container that it holds, all that it ever is.
    """
    cells = frame.analysis.cells
    value = cells.read(("free", inner, name))
    if name in frame.source.index.shared.get(owner, ()) or isinstance(value, (Tup, Seq, Map)):
        return join(value, join(cells.read(("param", owner, name)), cells.read(("local", owner, name))))
    return value

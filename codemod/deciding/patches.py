"""Programs that change fair-esm itself, `esm.ESM2.forward = mine`: its models there compute what nobody else's do."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Optional

from codemod.deciding.bonds import reach
from codemod.flow.analysis import Analysis
from codemod.flow.values import External, Meaning
from codemod.library import PSEUDO
from codemod.uses.use import Use

_SETTERS = frozenset([External("builtins.setattr"), External("builtins.delattr")])


def patched(analysis: Analysis, uses: Sequence[Use]) -> Iterator[frozenset[ast.AST]]:
    """What is changed belongs with every use of a program that runs the change: left alone, it would change nothing."""
    changes = [(use.source.path, use.node) for use in uses if _is_changed(analysis, use)]
    near = {path: reach(analysis, path) for path in {use.source.path for use in uses}} if changes else {}
    for path, node in changes:
        together = [use.node for use in uses if use.source.path in near[path] or path in near[use.source.path]]
        yield frozenset([node, *together])


def _is_changed(analysis: Analysis, use: Use) -> bool:
    """Whether a name of fair-esm's is mentioned because something in it is set or deleted."""
    parent = use.source.parents.get(use.node)
    base: Optional[ast.AST] = None
    if isinstance(parent, ast.Attribute) and not isinstance(parent.ctx, ast.Load):
        base = parent.value
    elif isinstance(parent, ast.Call) and parent.args and analysis.values.get(parent.func) in _SETTERS:
        base = parent.args[0]
    value = analysis.values.get(use.node)
    return base is use.node and isinstance(value, Meaning) and value.kind not in PSEUDO

"""Classes that a program chooses by name when it runs: `getattr(models, args.model)()`, `vars(models)[name]()`."""

from __future__ import annotations

import ast

from codemod.flow.frame import Frame, lookup_global
from codemod.flow.joining import join
from codemod.flow.values import OTHER, Module, Value


def any_class(frame: Frame, module: Module) -> Value:
    """Any class that a module of the repository defines, or something else of it."""
    source = frame.analysis.project.source(module.path) if frame.analysis.entered(module.path) else None
    chosen: Value = OTHER
    for node in source.tree.body if source else ():
        if isinstance(node, ast.ClassDef):
            chosen = join(chosen, lookup_global(frame.analysis, module.path, node.name))
    return chosen

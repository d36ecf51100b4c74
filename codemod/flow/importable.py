"""Who may be called or made by code that nobody sees: what another program can import."""

from __future__ import annotations

import ast

from codemod.program.source import Source


def importable(source: Source, node: ast.AST) -> bool:
    """Whether callers that nobody sees may call a function or class: public, of a module or of a class in one."""
    scope, names = node, []
    while isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        names.append(scope.name)
        scope = source.scopes[scope]
        if not isinstance(scope, (ast.ClassDef, ast.Module)):
            return False
    private = any(name.startswith("_") and not name.endswith("__") for name in names)
    return bool(names) and not private

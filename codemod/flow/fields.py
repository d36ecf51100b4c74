"""Classes whose fields are their parameters: dataclasses, named tuples, pydantic's models.

Nobody writes their constructor: a field's default is one of a parameter, and who makes an instance may give another.
"""

from __future__ import annotations

import ast

from codemod.flow.arguments import Arguments
from codemod.flow.frame import Frame
from codemod.flow.importable import importable
from codemod.flow.joining import opened
from codemod.flow.values import Class, Value


def default(frame: Frame, value: Value) -> Value:
    """What an annotated variable is by default, where it may be a field of the class whose body runs."""
    scope = frame.scope
    if not isinstance(scope, ast.ClassDef) or not _may_have_fields(scope) or not importable(frame.source, scope):
        return value
    return opened(value, frame.analysis.cells.open_kinds)


def fill(frame: Frame, function: Class, arguments: Arguments) -> None:
    """A class without a constructor in sight is called with its fields."""
    names = [each.target.id for each in function.node.body
             if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)]  # fmt: skip
    for name, value in [*zip(names, arguments.positional), *arguments.keywords.items()]:
        if name in names:
            frame.analysis.cells.write(("attr", function.node, name), value)
        else:
            frame.analysis.escape(value, arguments.node, "is handed to a constructor this tool cannot see")


def _may_have_fields(node: ast.ClassDef) -> bool:
    """Whether something else than its own body may have written a class's constructor."""
    own = any(isinstance(each, ast.FunctionDef) and each.name == "__init__" for each in node.body)
    return bool(node.decorator_list or node.bases) and not own

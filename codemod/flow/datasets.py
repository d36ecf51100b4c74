"""The repository's own kinds of FastaBatchedDataset: subclasses that only make datasets in other ways.

Such a class keeps its body when its base becomes `list`: every instance is then a list of (label, sequence) pairs, as
`FastaBatchedDataset.from_file` gives after the migration.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from codemod.flow.values import Class, Meaning, Several, Value
from codemod.program.source import Source


def makes_only(node: ast.ClassDef) -> bool:
    """Whether a subclass adds nothing but constructors, `from_file` among them, that need none of its base's."""
    functions = [each for each in node.body if isinstance(each, ast.FunctionDef)]
    rest = [each for each in node.body if not isinstance(each, (ast.FunctionDef, ast.Pass)) and not _is_text(each)]
    names = {each.name for each in functions}
    bare = len(node.bases) == 1 and not node.keywords and not node.decorator_list and not rest
    own = "from_file" in names and not names & _TAKEN and all(map(_is_constructor, functions))
    return bare and own and not any(_inherits(each, names) for each in functions)


def made(datasets: Mapping[ast.ClassDef, Meaning], function: Value) -> list[Meaning]:
    """The bases of the classes that are called, where every one is such a subclass; else nothing."""
    classes = function.choices if isinstance(function, Several) else [function]
    found = [datasets.get(each.node) if isinstance(each, Class) else None for each in classes]
    return [each for each in found if each is not None] if all(found) else []


def handed_on(values: Mapping[ast.AST, Value], source: Source, node: ast.ClassDef) -> bool:
    """Whether a file hands such a class to where nobody sees what is made of it."""
    names = [each for each in source.nodes if isinstance(each, (ast.Name, ast.Attribute))]
    mine = [each for each in names if _may_be(values.get(each), node) and isinstance(each.ctx, ast.Load)]
    return not all(_is_plain(each, source.parents[each]) for each in mine)


def _may_be(value: Value, node: ast.ClassDef) -> bool:
    return Class(node) in (value.values if isinstance(value, Several) else [value])


def _is_plain(node: ast.expr, parent: ast.AST) -> bool:
    called = isinstance(parent, ast.Call) and (parent.func is node or ast.unparse(parent.func) == "isinstance")
    return called or isinstance(parent, (ast.Attribute, ast.arg, ast.AnnAssign, ast.FunctionDef))


#: What the rules read of a dataset.
_TAKEN = frozenset(["get_batch_indices", "sequence_labels", "sequence_strs"])


def _is_constructor(function: ast.FunctionDef) -> bool:
    decorators = [ast.unparse(each) for each in function.decorator_list]
    return decorators in (["classmethod"], ["staticmethod"]) and not function.name.startswith("__")


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _inherits(function: ast.FunctionDef, own: set[str]) -> bool:
    """Whether a body reads something of its class that the class does not define."""
    classmethod_ = ast.unparse(function.decorator_list[0]) == "classmethod"
    receiver = function.args.args[0].arg if classmethod_ and function.args.args else ""
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and node.id == "super":
            return True
        of_class = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == receiver
        if of_class and node.attr not in own:  # type: ignore[attr-defined]
            return True
    return False

"""What annotations promise of the values they stand at: one of fair-esm's, or an instance of a class of the repository.

`def embed(embedder: Embedder)` is handed an Embedder, also by callers that nobody sees.
"""

from __future__ import annotations

import ast

from codemod.flow.attributes import instance_of
from codemod.flow.frame import Frame
from codemod.flow.stubbed import is_stub
from codemod.flow.values import OTHER, Class, Instance, Map, Meaning, Seq, Value

#: Generic types by what they hold; the last of their arguments is what each item is.
_HOLDING = {
    **dict.fromkeys(("List", "list", "Sequence", "Iterable", "Iterator", "Set", "set", "Collection"), Seq(None)),
    **dict.fromkeys(("Dict", "dict", "Mapping", "MutableMapping", "DefaultDict", "OrderedDict"), Map(())),
}


def promise_parameters(frame: Frame, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
    """Tell the parameters of a function what their annotations promise."""
    arguments = node.args
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        if argument.annotation is not None:
            frame.analysis.cells.write(("param", node, argument.arg), promised(frame, argument.annotation))
    for each in (arguments.vararg, arguments.kwarg):
        item = promised(frame, each.annotation) if each is not None and each.annotation is not None else None
        if each is not None and isinstance(item, Instance):
            held: Value = Seq(item) if each is arguments.vararg else Map((), item)
            frame.analysis.cells.write(("param", node, each.arg), held)


def promised(frame: Frame, node: ast.expr) -> Value:
    """What a value with this annotation is; None where the annotation says nothing that matters."""
    if isinstance(node, ast.BinOp):
        named(frame, node)
        kind = promised(frame, node.left) if _is_none(node.right) else None
        return kind if isinstance(kind, Instance) else None
    holding = _HOLDING.get(ast.unparse(node.value).rpartition(".")[2]) if isinstance(node, ast.Subscript) else None
    if holding is None or not isinstance(node, ast.Subscript):
        kind = named(frame, node)
        ours = isinstance(kind, Class) and not is_stub(kind) and kind.node not in frame.analysis.datasets
        return Instance(kind.node) if ours and isinstance(kind, Class) else instance_of(kind, node)
    named(frame, node)
    item = promised(frame, node.slice.elts[-1] if isinstance(node.slice, ast.Tuple) else node.slice)
    if not isinstance(item, (Instance, Seq, Map)):
        return None
    return Seq(item) if isinstance(holding, Seq) else Map((), item)


def named(frame: Frame, node: ast.expr) -> Value:
    """What an annotation names, also where it is written as a string or is optional."""
    if isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith("Optional"):
        frame.evaluate(node.value)
        return named(frame, node.slice)
    if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        return frame.evaluate(node)
    try:
        value = frame.evaluate(ast.parse(node.value, mode="eval").body)
    except (SyntaxError, ValueError):
        return OTHER
    if isinstance(value, Meaning):
        return frame.analysis.keep(node, Meaning(value.kind, frozenset([node]), value.via))
    return value


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None

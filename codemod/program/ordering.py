"""Whether a program picks parameters by their place: `list(net.parameters())[-8:]`, `enumerate(net.parameters())`.

fair-esm's layers have key, value and query in this order, transformers' query, key, value; heads stand elsewhere, or
are not loaded. What takes all parameters alike (an optimizer, freezing, `next(...).device`) is right on both sides.
"""

from __future__ import annotations

import ast
import re

from codemod.program.pairs import ignores_first
from codemod.program.source import Source

_LISTS = frozenset(("list", "tuple", "iter"))
_PLACES = frozenset(("islice", "reversed", "sorted", "parameters_to_vector", "vector_to_parameters"))
_DEEP = 4  # variables that one after another may be given the parameters


def goes_by_order(source: Source, node: ast.AST, depth: int = _DEEP) -> bool:
    """Whether what is done with an expression for all parameters depends on their order or number."""
    parent = source.parents[node]
    if isinstance(parent, ast.Subscript):
        return parent.value is node
    if isinstance(parent, (ast.Starred, ast.List, ast.Tuple)) and not _is_pair(parent):
        return goes_by_order(source, parent, depth)
    if isinstance(parent, ast.comprehension) and parent.iter is node:
        whole = source.parents[parent]
        same = isinstance(whole, (ast.ListComp, ast.GeneratorExp)) and ast.dump(whole.elt) == _loaded(parent.target)
        return same and goes_by_order(source, whole, depth)
    if isinstance(parent, ast.Call) and node in parent.args:
        return _handed(source, node, parent, depth)
    if isinstance(parent, ast.Assign) and depth:
        names = [each.id for each in parent.targets if isinstance(each, ast.Name)]
        scope = source.scope_of(parent)
        named = [each for name in names for each in source.names[name] if source.scope_of(each) is scope]
        return any(goes_by_order(source, each, depth - 1) for each in named if isinstance(each.ctx, ast.Load))
    return False


def _handed(source: Source, node: ast.AST, call: ast.Call, depth: int) -> bool:
    last = ast.unparse(call.func).rpartition(".")[2]
    if last in _LISTS:
        return goes_by_order(source, call, depth)
    if last == "enumerate":
        return not ignores_first(source, call)
    if last == "zip":
        return not all(ast.unparse(each).endswith(".parameters()") for each in call.args)
    return last in _PLACES


def _is_pair(node: ast.AST) -> bool:
    """A list of parameters is a starred one; a tuple or list of lists is none."""
    return not isinstance(node, ast.Starred) and not any(isinstance(each, ast.Starred) for each in node.elts)  # type: ignore[attr-defined]


def _loaded(target: ast.expr) -> str:
    return ast.dump(ast.Name(target.id, ast.Load())) if isinstance(target, ast.Name) else ""


#: Methods that make numbers of a tensor: a sum over all parameters counts those of the head.
_METHODS = frozenset(("abs", "mean", "norm", "pow", "square", "std", "sum", "var"))
#: Functions that do, or that draw random numbers for a tensor, one after another.
_FUNCTIONS = re.compile(r"(?:^|\.)(?:randn?_like|randint_like|(?:\w+_)?(?:normal|uniform)_|dropout|vector_norm|norm)$")


def computes_with_each(source: Source, call: ast.Call) -> bool:
    """Whether a loop over all parameters makes numbers of their values, or draws random ones in their order."""
    loop = source.parents[call]
    if not isinstance(loop, (ast.For, ast.comprehension)) or not isinstance(loop.target, ast.Name):
        return False
    home = loop if isinstance(loop, ast.For) else source.parents[loop]
    return any(_computes(source, each) for each in ast.walk(home) if isinstance(each, ast.Name)
               and each.id == loop.target.id and isinstance(each.ctx, ast.Load))  # fmt: skip


def _computes(source: Source, name: ast.Name) -> bool:
    node, parent = _value(source, name)
    if isinstance(parent, ast.Attribute):
        method = source.parents[parent]
        called = isinstance(method, ast.Call) and method.func is parent
        return called and (parent.attr in _METHODS or bool(_FUNCTIONS.search(parent.attr)))
    if isinstance(parent, ast.Call) and node in parent.args:
        return bool(_FUNCTIONS.search(ast.unparse(parent.func)))
    return isinstance(parent, ast.BinOp)


def _value(source: Source, node: ast.AST) -> tuple[ast.AST, ast.AST]:
    """A parameter behind its `.data` or `.detach()`, and what is done with it."""
    parent = source.parents[node]
    while isinstance(parent, ast.Attribute) and parent.attr in ("data", "detach"):
        node, parent = parent, source.parents[parent]
        if isinstance(parent, ast.Call) and parent.func is node:
            node, parent = parent, source.parents[parent]
    return node, parent

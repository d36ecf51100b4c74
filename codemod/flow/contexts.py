"""What a function gives for one call, where it hands on what it is given and its callers give different things.

`model = frozen(model)` is the model it was, whatever else `frozen` is called with. The function is run once more, with
the arguments of that call; what it reads beside them is what all its runs read.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Optional

from codemod.flow.joining import join_all, opened
from codemod.flow.values import Func, Mixed, Value, origins
from codemod.program.source import parameters

if TYPE_CHECKING:
    from codemod.flow.arguments import Arguments
    from codemod.flow.frame import Frame

_DEEP = 3  # calls inside calls
_LONG = 40  # lines; a longer function is not one that hands something on


def returned_here(frame: Frame, function: Func, arguments: Arguments, joined: Value) -> Value:
    """What this call gives: `joined`, what all calls give, unless that holds what others have handed over."""
    if not _from_others(frame, function, arguments, joined) or not _is_simple(frame, function.node):
        return joined
    given = _given(frame, function, arguments)
    if given is None:
        return joined
    source = frame.analysis.owners[function.node]
    inner = type(frame)(frame.analysis, source, function.node, given)  # type: ignore[arg-type]
    inner.callers = (*frame.callers, function.node)
    values = frame.analysis.returned(inner, function.node)
    return join_all(values) if values else joined


def _from_others(frame: Frame, function: Func, arguments: Arguments, joined: Value) -> bool:
    """Whether what is returned holds something that came in, by another call or together with something else."""
    cells, node = frame.analysis.cells, function.node
    came = {origin for each in parameters(node) for origin in origins(cells.read(("param", node, each.arg)))}
    handed_on = origins(joined) & came
    here = {origin for each in (*function.given, *dict(function.keywords).values()) for origin in origins(each)}
    here |= {origin for _, each in arguments.all() for origin in origins(each)}
    return bool(handed_on - here) or (bool(handed_on) and isinstance(joined, Mixed))


def _is_simple(frame: Frame, node: ast.AST) -> bool:
    """Whether a function is short, calls itself by no way and does not yield."""
    lines = node.end_lineno - node.lineno  # type: ignore[attr-defined]
    if lines > _LONG or len(frame.callers) >= _DEEP or node in (*frame.callers, frame.scope):
        return False
    return not any(isinstance(each, (ast.Yield, ast.YieldFrom, ast.AsyncFunctionDef)) for each in ast.walk(node))


def _given(frame: Frame, function: Func, arguments: Arguments) -> Optional[dict[str, Value]]:
    """Each parameter's value in this call; None where that cannot be told."""
    signature, analysis = function.node.args, frame.analysis  # type: ignore[attr-defined]
    plain = [each.arg for each in (*signature.posonlyargs, *signature.args)]
    positional = [*function.given, *arguments.positional]
    starred = any(isinstance(each, ast.Starred) for each in arguments.expressions)
    named: dict[Optional[str], Value] = {**dict(function.keywords), **arguments.keywords}
    names = {each.arg for each in parameters(function.node)}
    if signature.vararg or signature.kwarg or starred or len(positional) > len(plain) or not named.keys() <= names:
        return None
    defaults = [*zip(reversed(plain), reversed(signature.defaults))]
    defaults += zip((each.arg for each in signature.kwonlyargs), signature.kw_defaults)
    known = {name: analysis.values.get(default) for name, default in defaults}
    known.update(zip(plain, positional))
    known.update((name, value) for name, value in named.items() if name)
    return {name: _open(frame, function, known.get(name)) for name in names}


def _open(frame: Frame, function: Func, value: Value) -> Value:
    cells = frame.analysis.cells
    return opened(value, cells.open_kinds) if function.node in cells.importable else value

"""A part of an output that may not have been asked for, and a handler that waits for its KeyError.

After the migration nothing raises there: the handler would never run again, and nobody would notice.
"""

from __future__ import annotations

import ast

from codemod.flow.values import constants
from codemod.rule import Site
from codemod.rules._calls import parse
from codemod.rules._layers import requested

CAUGHT = "what was not asked for is a KeyError in fair-esm, and it is caught here: ask for it, or test for it in sight"
_FLAGS = {"contacts": ("return_contacts",), "attentions": ("need_head_weights", "return_contacts")}


def part_is_caught(site: Site, key: str) -> bool:
    """Whether contacts or attentions may be absent, and that is caught."""
    return not all(_asked(call, _FLAGS[key]) for call in site.outputs) and _in_try(site)


def layer_is_caught(site: Site, read: ast.Subscript) -> bool:
    """Whether the layer that is read of `output["representations"]` may be absent, and that is caught."""
    parent = site.parent(read)
    assert isinstance(parent, ast.Subscript)
    known, asked = constants(site.value(parent.slice)), requested(site, read)
    if known and asked is not None and known <= set(asked):
        return False
    return not all(_names(site, call, parent.slice) for call in site.outputs) and _in_try(site)


def _asked(call: ast.Call, flags: tuple[str, ...]) -> bool:
    parsed = parse(call)
    given = [parsed.flags.get(each) for each in flags] if parsed else []
    return any(isinstance(each, ast.Constant) and bool(each.value) for each in given)


def _names(site: Site, call: ast.Call, layer: ast.expr) -> bool:
    """Whether a call asks for the layer in the words in which it is read: `repr_layers=[layer]`."""
    parsed = parse(call)
    listed = getattr(parsed.flags.get("repr_layers"), "elts", ()) if parsed else ()
    return site.home(call) is site.source and site.code(layer) in map(site.code, listed)


def _in_try(site: Site) -> bool:
    """Whether a `try` of the same function catches a KeyError raised at the use."""
    child: ast.AST = site.node
    for parent in site.source.ancestors(site.node):
        if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            return False
        handlers = parent.handlers if isinstance(parent, ast.Try) and child in parent.body else []
        if any(_catches(each, alone=len(parent.body) == 1) for each in handlers):  # type: ignore[attr-defined]
            return True
        child = parent
    return False


def _catches(handler: ast.ExceptHandler, alone: bool) -> bool:
    """Whether a handler waits for it; one that catches everything does where nothing else is tried."""
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    named = {ast.unparse(each).rpartition(".")[2] if each else "" for each in caught}
    return bool(named & {"KeyError", "LookupError"}) or (alone and bool(named & {"", "Exception", "BaseException"}))

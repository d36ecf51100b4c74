"""Which layers a call of the model asks for, and which of them a read takes."""

from __future__ import annotations

import ast
from typing import Optional

from codemod.flow.values import Meaning, constants, origins
from codemod.rule import Site
from codemod.rules._calls import parse
from codemod.rules._ranges import named_layers, names_every_layer
from codemod.uses.shapes import layers_of, model_of


def last_layer(site: Site, read: ast.Subscript) -> bool:
    """Whether `output["representations"]` is read at the last layer only."""
    depth = depth_behind(site, read)
    parent = site.parent(read)
    if depth is None:
        return False
    if isinstance(parent, ast.Subscript) and parent.value is read:
        return constants(site.value(parent.slice)) == frozenset([depth]) and unasked(site, read) is None
    return requested(site, read) == [depth]


def unasked(site: Site, read: ast.Subscript) -> Optional[ast.expr]:
    """The `repr_layers` of a call that may ask for other layers than the literal one that is read: a KeyError then."""
    parent, calls = site.parent(read), [each for each in origins(site.value(read.value)) if isinstance(each, ast.Call)]
    literal = isinstance(parent, ast.Subscript) and constants(site.value(parent.slice)) is not None
    parsed = parse(calls[0]) if literal and len(calls) == 1 and requested(site, read) is None else None
    flag = parsed.flags.get("repr_layers") if parsed else None
    if flag is not None and names_every_layer(site, flag, depth_behind(site, read)):
        return None
    if flag is None or site.code(parent.slice) in map(site.code, getattr(flag, "elts", ())):  # type: ignore[attr-defined]
        return None
    here = site.source.scope_of(read) is site.source.scope_of(calls[0])
    return flag if here and site.stable(flag, calls[0]) else None


def depth_behind(site: Site, read: ast.Subscript) -> Optional[int]:
    """The depth of every model whose output is read here, if they agree."""
    output = site.value(read.value)
    calls = [each for each in getattr(output, "origins", ()) if isinstance(each, ast.Call)]
    models = [site.value(model_of(call)) for call in calls]
    depths = {site.depth(model) if isinstance(model, Meaning) else None for model in models}
    return depths.pop() if len(depths) == 1 else None


def requested(site: Site, read: ast.Subscript) -> Optional[list[int]]:
    """The literal layer numbers that the calls behind a read ask for."""
    output = site.value(read.value)
    found = []
    for call in getattr(output, "origins", ()):
        parsed = parse(call)
        if parsed is None:
            return None  # the call itself is left, and what it asks for is not known
        flag = parsed.flags.get("repr_layers")
        found.append(_literal(site, call, flag) if flag is not None else [])
    return found[0] if found and all(each == found[0] for each in found) else None


def _literal(site: Site, call: ast.Call, flag: ast.expr) -> Optional[list[int]]:
    listed, model = layers_of(site.value(flag)), site.value(model_of(call))
    if listed is not None:
        return listed
    return named_layers(site, flag, site.depth(model) if isinstance(model, Meaning) else None)

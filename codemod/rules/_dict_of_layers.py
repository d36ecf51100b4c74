"""All representations of an output at once: the layers that were asked for, in ascending order, as in fair-esm."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Optional

from codemod.rule import Answer, Left, Site
from codemod.rules._calls import parse
from codemod.rules._layers import depth_behind, requested
from codemod.rules._precision import widened
from codemod.rules._ranges import names_every_layer
from codemod.rules._variables import free, words
from codemod.uses.shapes import PURE

_ITERATORS = frozenset(["filter", "iter", "map", "reversed", "zip"])
_MANY = 4  # successive layers from here on are written as a range


def dict_of_layers(site: Site, read: ast.Subscript) -> Answer:
    chosen = _chosen(site, read)
    if isinstance(chosen, Left):
        yield chosen
        return
    view, start = _view(site, read), site.source.span(read)[0]
    name = _number(site, view, chosen) if view else None
    layer, states = free("layer", chosen), free("states", chosen)
    if widened(site):
        condition = f" if {layer} in {chosen}" if chosen else ""
        yield site.insert(start, f"{{{layer}: {states}{widened(site)} for {layer}, {states} in enumerate(")
        yield site.after(read.value, f".hidden_states){condition}}}")
    elif view and name and _called(view) == "items":
        yield site.insert(start, "enumerate(")
        yield site.after(read.value, f".hidden_states){f' if {name} in {chosen}' if chosen else ''}", view)
    elif view and not chosen and _called(view) == "values":
        yield site.after(read.value, ".hidden_states", view)
    elif not chosen:
        yield site.insert(start, "dict(enumerate(")
        yield site.after(read.value, ".hidden_states))")
    else:
        yield site.insert(start, f"{{{layer}: {states} for {layer}, {states} in enumerate(")
        yield site.after(read.value, f".hidden_states) if {layer} in {chosen}}}")


def _chosen(site: Site, read: ast.Subscript) -> str | Left:
    """An expression for the numbers of the layers; empty where they are all that there are."""
    literal, depth = requested(site, read), depth_behind(site, read)
    calls = [parse(each) for each in site.outputs]
    flags = [call.flags.get("repr_layers") for call in calls if call]
    if flags and all(each is not None and names_every_layer(site, each, depth) for each in flags):
        return ""
    if literal is not None:
        return _listed(sorted({layer for layer in literal if layer >= 0 and (depth is None or layer <= depth)}))
    flag = flags[0] if len(flags) == 1 else None
    here = bool(calls) and read.value is site.outputs[0]
    if flag is None or not (site.stable(flag, site.outputs[0]) or (here and _pure(flag))):
        return Left("all representations are read at once, and which layers were asked for cannot be repeated here")
    if _runs_out(site, flag):
        return Left("all representations are read at once, and the layers are in an iterator, which is read only once")
    if site.source.scope_of(read) is not site.source.scope_of(site.outputs[0]):
        return Left("all representations are read in another function than the one that asks for the layers")
    return site.migrated(flag)


def _listed(layers: Sequence[int]) -> str:
    successive = len(layers) >= _MANY and layers[-1] - layers[0] == len(layers) - 1
    return f"range({layers[0]}, {layers[-1] + 1})" if successive else f"{list(layers)}"


def _runs_out(site: Site, flag: ast.expr) -> bool:
    """Whether a variable holds an iterator: `layers = map(int, given)`."""
    stores = site.source.stores(flag.id, flag) if isinstance(flag, ast.Name) else []
    given = [getattr(site.source.parents[each], "value", None) for each in stores]
    made = [each.func.id for each in given if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)]
    return bool(_ITERATORS.intersection(made)) or any(isinstance(each, ast.GeneratorExp) for each in given)


def _pure(node: ast.expr) -> bool:
    """Whether evaluating an expression again gives the same and does nothing."""
    calls = [each.func for each in ast.walk(node) if isinstance(each, ast.Call)]
    return all(isinstance(each, ast.Name) and each.id in PURE for each in calls)


def _view(site: Site, read: ast.Subscript) -> Optional[ast.Call]:
    """`output["representations"].items()`, or `.values()`."""
    attribute = site.parent(read)
    call = site.parent(attribute) if isinstance(attribute, ast.Attribute) else None
    whole = isinstance(call, ast.Call) and call.func is attribute and not call.args and not call.keywords
    return call if whole and isinstance(call, ast.Call) else None


def _called(view: ast.Call) -> str:
    assert isinstance(view.func, ast.Attribute)
    return view.func.attr


def _number(site: Site, view: ast.Call, chosen: str) -> Optional[str]:
    """The variable for a layer's number where a loop takes the pairs apart, if a condition on it can follow there."""
    loop = site.parent(view)
    target = loop.target if isinstance(loop, (ast.For, ast.comprehension)) and loop.iter is view else None
    first = target.elts[0] if isinstance(target, ast.Tuple) and len(target.elts) == 2 else None
    if not isinstance(first, ast.Name) or target is None or (chosen and not isinstance(loop, ast.comprehension)):
        return None
    bound = {each.id for each in ast.walk(target) if isinstance(each, ast.Name)}
    return None if bound.intersection(words(chosen)) else first.id

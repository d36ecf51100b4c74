"""Read hidden states where transformers keeps them; the numbers of the layers are the same.

Before: `results["representations"][33]`
After:  `results.last_hidden_state`, for another layer `results.hidden_states[12]`; the whole dict becomes the dict of
        the layers that were asked for

Left alone: a layer that was not asked for, which is a KeyError today.
"""

from __future__ import annotations

import ast
from typing import Optional

from codemod.flow.values import External, hints
from codemod.library import CHECKPOINTS, FASTESM2_LAYERS, NUM_LAYERS, OUTPUT
from codemod.rule import Answer, Left, Site, rewrites
from codemod.rules._calls import parse
from codemod.rules._caught import CAUGHT, layer_is_caught
from codemod.rules._dict_of_layers import dict_of_layers
from codemod.rules._layers import depth_behind, last_layer, requested, unasked
from codemod.rules._precision import widened
from codemod.rules._ranges import counts_layers
from codemod.uses.shapes import is_cheap


@rewrites(f"{OUTPUT}[representations]")
def representations(site: Site) -> Answer:
    read = site.node
    assert isinstance(read, ast.Subscript)
    parent = site.source.parents[read]
    one_layer = isinstance(parent, ast.Subscript) and parent.value is read
    refusal = _refusal(site, read, parent.slice if one_layer and isinstance(parent, ast.Subscript) else None)
    if one_layer and site.changed_in_place(read):
        yield Left("representations are stored into: transformers' hidden states are a tuple")
    elif refusal:
        yield Left(refusal)
    elif one_layer and layer_is_caught(site, read):
        yield Left(CAUGHT)
    elif one_layer and unasked(site, read) is not None:
        yield from dict_of_layers(site, read)
    elif one_layer and last_layer(site, read):
        yield site.after(read.value, _last(site), parent)
    elif one_layer and isinstance(parent, ast.Subscript) and _may_be_absent(site, read, parent.slice):
        yield site.insert(site.source.span(read)[0], "dict(enumerate(")
        yield site.after(read.value, ".hidden_states))")
        yield from _widened(site, parent)
    elif one_layer:
        yield site.after(read.value, ".hidden_states")
        yield from _widened(site, parent)
    elif last_layer(site, read):
        yield site.insert(site.source.span(read)[0], f"{{{depth_behind(site, read)}: ")
        yield site.after(read.value, f"{_last(site)}}}")
    else:
        yield from dict_of_layers(site, read)


def _last(site: Site) -> str:
    last = ".hidden_states[-1]" if site.group.predicts_tokens else ".last_hidden_state"
    return f"{last}{widened(site)}"


def _widened(site: Site, layer: ast.AST) -> Answer:
    if widened(site):
        yield site.insert(site.source.span(layer)[1], widened(site))


def _may_be_absent(site: Site, read: ast.Subscript, layer: ast.expr) -> bool:
    """Whether a layer may be beyond the model, or negative: a KeyError today, and so tomorrow."""
    value, depth = site.value(layer), depth_behind(site, read)
    if value == External(NUM_LAYERS):
        return False
    known = hints(value)  # what callers nobody sees may add is taken to be layers, not their absence
    shallowest = depth if depth is not None else min(each.layers for each in CHECKPOINTS.values())
    if counts_layers(site, layer, shallowest):
        return False
    return not known or not all(isinstance(each, int) and 0 <= each <= shallowest for each in known)


def _refusal(site: Site, read: ast.Subscript, layer: Optional[ast.expr]) -> Optional[str]:
    asked, known = requested(site, read), hints(site.value(layer)) if layer is not None else None
    if known and any(isinstance(each, int) and each < 0 for each in known):
        return "a negative layer is a KeyError in fair-esm today"
    if known and asked is not None and not known <= set(asked):
        return f"layer {sorted(known - set(asked), key=repr)[0]} was not asked for: a KeyError in fair-esm today"
    call = parse(read.value) if layer is None and isinstance(read.value, ast.Call) else None
    if call is not None and not is_cheap(call.tokens) and not last_layer(site, read):
        return "all representations are read where the model is called: give the output a variable first"
    if site.target.to == "fastesm2" and not last_layer(site, read) and depth_behind(site, read) != FASTESM2_LAYERS:
        return f"which layer of FastESM2_650 ({FASTESM2_LAYERS} layers) stands for this one is your decision"
    return None

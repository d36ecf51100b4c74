"""Attributes that are asked for by name: `hasattr(model, "num_layers")`, `getattr(model, "embed_dim", 1280)`."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from codemod.rule import Answer, Left, Site

_ATOMS = (ast.Name, ast.Attribute, ast.Subscript, ast.Call)


def by_name(site: Site, names: Mapping[str, str], owner: str) -> Answer:
    """The same question of what `owner` leads to, under the new name; `names` are those that every model here has."""
    call = site.node
    assert isinstance(call, ast.Call)
    asked = call.args[1] if 2 <= len(call.args) <= 3 and not call.keywords else None
    name = names.get(asked.value) if isinstance(asked, ast.Constant) and isinstance(asked.value, str) else None
    if asked is None or name is None or not isinstance(call.args[0], _ATOMS):
        yield Left(f"{site.code(call.func)} asks for an attribute that has no proven counterpart in transformers")
    elif len(call.args) == 2 and site.code(call.func) == "getattr":
        yield site.edit(site.source.span(call)[0], site.source.span(call.args[0])[0], "")
        yield site.after(call.args[0], f"{owner}.{name}")
    else:
        if owner:
            yield site.insert(site.source.span(call.args[0])[1], owner)
        yield site.replace(asked, f'"{name}"')

"""Where an output's parts are read, and how contacts and attention maps get there."""

from __future__ import annotations

import ast

from codemod.flow.values import constants, origins
from codemod.library import OUTPUT
from codemod.rule import Site


def reads(site: Site, call: ast.Call, key: str) -> list[ast.Subscript]:
    """The places in the group where this call's output is read by that key."""
    uses = (use for use in site.group.hanging_on(call) if use.key == f"{OUTPUT}[{key}]" and use.value)
    return [use.node for use in uses if isinstance(use.node, ast.Subscript)]


def contacts_name(site: Site, call: ast.Call, key: str) -> str:
    """The variable that holds contacts or attentions after the call; free in the module.

    The calls of a scope are numbered together, whichever groups they are in: models are compared side by side.
    """
    plain = {"contacts": "predicted_contacts", "attentions": "attention_maps"}[key]
    number = [each for each in _beside(site, call, key) if not carried(site, each, key)].index(call) + 1
    label = plain if number == 1 else f"{plain}_{number}"
    while site.source.is_taken(label, site.source.scope_of(call)):
        label += "_"
    return label


def _beside(site: Site, call: ast.Call, key: str) -> list[ast.Call]:
    """The model calls in the scope of one whose outputs are read by a key in this file, in order."""
    source, scope = site.source, site.source.scope_of(call)
    read = [each.value for each in ast.walk(scope) if isinstance(each, ast.Subscript)
            and constants(site.value(each.slice)) == frozenset([key])]  # fmt: skip
    calls = {each for value in read for each in origins(site.value(value)) if isinstance(each, ast.Call)}
    near = [each for each in calls if each in source.parents and source.scope_of(each) is scope]
    return sorted(near, key=source.span)


def carried(site: Site, call: ast.Call, key: str) -> bool:
    """Whether contacts or attentions go with the output to where they are read, rather than into a variable."""
    statement = site.home(call).statement_of(call)
    named = isinstance(statement, ast.Assign) and statement.value is call
    return not (named and all(_in_step(site, call, statement, each) for each in reads(site, call, key)))


def _in_step(site: Site, call: ast.Call, statement: ast.stmt, read: ast.Subscript) -> bool:
    """Whether what is read can only be the output of the latest run of the call.

    It is read in the same scope through the variable that the call's statement binds, and no other statement gives
    that variable an output of a model.
    """
    source = site.home(call)
    target, scope = statement.targets[0], source.scope_of(call)  # type: ignore[attr-defined]
    if not isinstance(target, ast.Name) or not isinstance(read.value, ast.Name) or read.value.id != target.id:
        return False
    if getattr(site.value(read.value), "origins", None) != frozenset([call]):
        return False
    stores = [each for each in source.stores(target.id, call) if isinstance(each.ctx, ast.Store)]
    outputs = [each for each in stores if origins(site.value(each))]
    direct = [isinstance(parent := source.parents[each], ast.Assign) and isinstance(parent.value, ast.Call)
              and parent.value in origins(site.value(each)) for each in outputs]  # fmt: skip
    return site.home(read) is source and source.scope_of(read) is scope and all(direct)

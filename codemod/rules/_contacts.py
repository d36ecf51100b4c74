"""A model call of which only the contacts are read: `predict_contacts` gives them, without the rest of the output."""

from __future__ import annotations

import ast

from codemod.flow.values import Meaning, origins
from codemod.rule import Answer, Site
from codemod.rules._calls import Call, parse
from codemod.rules._flags import replaced_flags
from codemod.rules._reads import carried, contacts_name, reads
from codemod.uses.shapes import model_of

RANDOM = "ESM-1v has no contact head: fair-esm's contacts are random numbers here, others in each run"


def are_random(site: Site, model: ast.expr) -> bool:
    """Whether a model may be one that fair-esm loads without its contact head (`_has_regression_weights`)."""
    value = site.value(model)
    known = site.checkpoints(value) if isinstance(value, Meaning) else None
    return any(each.name.startswith("esm1v") for each in known or ())


def contacts_alone(site: Site, node: ast.Call) -> bool:
    """Whether the contacts are asked for, and nothing else of the output is read or handed on."""
    call = parse(node)
    asked = call.flags.get("return_contacts") if call else None
    if site.target.to != "hf" or not (isinstance(asked, ast.Constant) and asked.value):
        return False
    found = reads(site, node, "contacts")
    if any(each.value is node for each in found):
        return True
    return bool(found) and not carried(site, node, "contacts") and _unnamed_otherwise(site, node)


def _unnamed_otherwise(site: Site, node: ast.Call) -> bool:
    """Whether the variable of the output is named for its contacts only, so that it can go."""
    source = site.home(node)
    statement, read = source.statement_of(node), [each.value for each in reads(site, node, "contacts")]
    target = statement.targets[0] if isinstance(statement, ast.Assign) and len(statement.targets) == 1 else None
    if not isinstance(target, ast.Name):
        return False
    others = [each for each in source.names[target.id] if not isinstance(each.ctx, ast.Store) and each not in read]
    deleted = any(isinstance(each.ctx, ast.Del) and source.scope_of(each) is source.scope_of(node) for each in others)
    return not deleted and not any(node in origins(site.value(each)) for each in others)


def predicted(site: Site, call: Call, mask: str) -> Answer:
    """`model(tokens, return_contacts=True)` becomes `model.predict_contacts(tokens, mask)`: `tokens=` stays."""
    model = model_of(call.node)
    yield site.after(model, ".predict_contacts", call.node.func)
    named = "attention_mask=" if call.node.keywords and not call.node.args else ""
    yield from replaced_flags(site, call.node, call.tokens, list(call.flags.values()), f"{named}{mask}")
    if not any(each.value is call.node for each in reads(site, call.node, "contacts")):
        statement = site.source.statement_of(call.node)
        assert isinstance(statement, ast.Assign)
        yield site.replace(statement.targets[0], contacts_name(site, call.node, "contacts"))

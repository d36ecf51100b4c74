"""Read logits, contacts and attention maps.

Before: `results["logits"]`, `results["contacts"]`, `results["attentions"]`
After:  `results.logits`, and the variables `predicted_contacts` and `attention_maps` that follow the model call; where
        the output is read elsewhere, it takes them along: `results["contacts"] = model.predict_contacts(...)`; where
        nothing but the contacts is read, `predicted_contacts = model.predict_contacts(...)` is the whole call; logits
        that a function keeps in a variable which nothing reads go, and the head with them

`predict_contacts` is a second pass through the model, with the same numbers. Attention maps are stacked as fair-esm
stacks them and are zero where either token is padding.
"""

from __future__ import annotations

import ast

from codemod.library import NO_DECODER, OUTPUT
from codemod.program.line_spans import with_gap
from codemod.rule import Answer, Left, Site, rewrites
from codemod.rules._caught import CAUGHT, part_is_caught
from codemod.rules._contacts import contacts_alone
from codemod.rules._precision import widened
from codemod.rules._reads import carried, contacts_name
from codemod.uses.unread import kept_for_nobody


@rewrites(f"{OUTPUT}[logits]")
def logits(site: Site) -> Answer:
    assert isinstance(site.node, ast.Subscript)
    if site.group.headless:  # the head is the identity: what it gives is what it gets
        yield site.after(site.node.value, f".last_hidden_state{widened(site)}")
    elif statement := kept_for_nobody(site.source, site.node):
        yield site.edit(*with_gap(site.source, statement), "")
    elif site.target.to == "fastesm2":
        yield Left(NO_DECODER)
    else:
        yield site.after(site.node.value, ".logits")


@rewrites(f"{OUTPUT}[contacts]", f"{OUTPUT}[attentions]")
def maps(site: Site) -> Answer:
    key = "contacts" if "contacts" in site.use.key else "attentions"
    assert isinstance(site.node, ast.Subscript)
    if part_is_caught(site, key):
        yield Left(CAUGHT)
    elif site.node.value in site.outputs and contacts_alone(site, site.outputs[0]):
        yield site.after(site.node.value, "")
    elif not any(carried(site, each, key) for each in site.outputs):
        yield site.replace(site.node, contacts_name(site, site.outputs[0], key))


_SHOWN = [f"{each}({OUTPUT})" for each in ("print", "str", "repr", "iter", "in", "len")]


@rewrites(*_SHOWN, *(f"{OUTPUT}.{each}{called}" for each in ("keys", "items", "values") for called in ("", "()")))
def keys(site: Site) -> Answer:
    yield Left("an output's keys are looked at, which are others in transformers: read its parts by name")

"""The attention mask of a call: `tokens.ne(...)`, or a function that also refuses what fair-esm refuses.

Two things are refused where they can happen. Padding, with a transformers that computes other numbers then: the
converter's function looks at the batches it makes, so here only for tokens of another origin. And more tokens than
ESM-1b and ESM-1v have positions for, a ValueError in fair-esm and an index error on the device in transformers.
"""

from __future__ import annotations

import ast

from codemod.flow.tokens import is_tokens, padded
from codemod.flow.values import Meaning
from codemod.library import MODEL
from codemod.rule import Site, helper, of_group
from codemod.rules._calls import parse
from codemod.uses.shapes import model_of

CALLS = (f"{MODEL}()", f"{MODEL}.forward()", f"{MODEL}.predict_contacts()")
CONVERTERS = ("esm.Alphabet.get_batch_converter()", "esm.data.BatchConverter()")


def mask_of(site: Site, model: ast.expr, tokens: str) -> str:
    """An expression for the attention mask; `config` is at hand wherever the model is."""
    config = f"{site.code(model)}.config"
    return f"{helper('padding_mask')}({tokens}, {config})" if looks(site) else f"{tokens}.ne({config}.pad_token_id)"


@of_group
def looks(site: Site) -> bool:
    """Whether the calls of the group look at their tokens themselves, all of them, so that one place does it."""
    if site.target.to == "fastesm2" and site.target.remote_code:
        return False  # its own code masks padding with every transformers, and has no end of positions
    return _padded_by_hand(site) or (site.target.to == "hf" and _may_end(site))


def _padded_by_hand(site: Site) -> bool:
    """Whether some tokens are not proven to be the batches that the migrated converter looks at."""
    if padded(site.analysis.cells) or not site.group.keys.intersection(CONVERTERS):
        return True
    return not all(is_tokens(site.value(tokens)) for _, tokens in _calls(site))


def _may_end(site: Site) -> bool:
    """Whether a model may have learned positions, as ESM-1b and ESM-1v do."""
    values = [site.value(model) for model, _ in _calls(site)]
    found = [site.checkpoints(each) if isinstance(each, Meaning) else None for each in values]
    return not all(known and all(each.name.startswith("esm2") for each in known) for known in found)


def _calls(site: Site) -> list[tuple[ast.expr, ast.expr]]:
    """Every model that is called in the group, with the tokens it gets."""
    found = []
    for use in site.group.uses:
        call = parse(use.node) if use.key in CALLS else None
        if call is not None:
            function = call.node.func
            owner = function.value if isinstance(function, ast.Attribute) and "." in use.key[len(MODEL) :] else None
            found.append((owner or model_of(call.node), call.tokens))
    return found

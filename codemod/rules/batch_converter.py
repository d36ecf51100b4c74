"""Turn (label, sequence) pairs into labels, sequences and padded token ids with the tokenizer.

Before: `batch_converter = alphabet.get_batch_converter(1022)`
After:  `batch_converter = partial(tokenize_batch, alphabet, max_residues=1022)`, with the function added to the module

Calling it, unpacking three values and `collate_fn=` stay as they are; one that is called where it is made becomes the
function: `tokenize_batch(alphabet, data)`. A letter outside the alphabet stays a KeyError, and residues are cut before
BOS and EOS are added, as fair-esm does.
"""

from __future__ import annotations

import ast

from codemod.library import ALPHABET, CONVERTER
from codemod.rule import Answer, Left, Site, helper, name, rewrites
from codemod.rules._called_at_once import called_at_once, pairs_of
from codemod.rules._mask import looks


@rewrites(f"{ALPHABET}.get_batch_converter()")
def batch_converter(site: Site) -> Answer:
    call = site.node
    assert isinstance(call, ast.Call)
    assert isinstance(call.func, ast.Attribute)
    start, stop = site.source.span(call)
    opening = f"{name('functools.partial')}({_function(site)}, "
    length = [each for each in (*call.args, *(each.value for each in call.keywords)) if not _is_none(each)][:1]
    pairs = pairs_of(site, call, length)
    if pairs is not None:
        yield from called_at_once(site, _function(site), call.func.value, pairs, next(iter(length), None))
        return
    if not length:
        yield site.insert(start, opening)
        yield site.after(call.func.value, ")")
        return
    first, last = site.source.span(length[0])
    yield site.insert(start, opening)
    yield site.edit(site.source.span(call.func.value)[1], first, ", max_residues=")
    yield site.edit(last, stop, ")")


@rewrites("esm.data.BatchConverter()")
def constructed(site: Site) -> Answer:
    call = site.node
    assert isinstance(call, ast.Call)
    if len(call.args) not in (1, 2) or call.keywords:
        yield Left("BatchConverter is made with keywords: use alphabet.get_batch_converter(length)")
        return
    limit = [each for each in call.args[1:] if not _is_none(each)]
    pairs = pairs_of(site, call, limit)
    if pairs is not None:
        yield from called_at_once(site, _function(site), call.args[0], pairs, next(iter(limit), None))
        return
    length = f", max_residues={site.migrated(limit[0])}" if limit else ""
    made = f"{name('functools.partial')}({_function(site)}, {site.migrated(call.args[0])}{length})"
    yield site.replace(call, made)


@rewrites(f"{CONVERTER}()")
def called(site: Site) -> Answer:
    """The call itself does not change."""
    yield from ()


def _function(site: Site) -> str:
    """FastESM2's own code masks padding in every version of transformers; stock EsmModel does not in some.

    Somebody has to look then: this function, unless the calls of the model do it for all tokens they get.
    """
    own_code = site.target.to == "fastesm2" and site.target.remote_code
    return helper("encode_batch" if own_code or looks(site) else "tokenize_batch")


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value

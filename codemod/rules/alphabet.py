"""Read special tokens and indices from the tokenizer.

Before: `alphabet.padding_idx`, `alphabet.get_idx("A")`, `alphabet.encode(seq)`
After:  `alphabet.pad_token_id`, `alphabet.convert_tokens_to_ids("A")`, and ids looked up token by token, so that an
        unknown letter stays a KeyError
"""

from __future__ import annotations

import ast
from typing import Optional

from codemod.library import ALPHABET
from codemod.rule import Answer, Left, Site, name, rewrites
from codemod.rules._by_name import by_name
from codemod.rules._variables import free

#: Attribute of fair-esm's Alphabet: attribute of the tokenizer (equal values: FAIR_ESM.md section 2).
_ATTRIBUTES = {
    "padding_idx": "pad_token_id",
    "mask_idx": "mask_token_id",
    "cls_idx": "cls_token_id",
    "eos_idx": "eos_token_id",
    "unk_idx": "unk_token_id",
    "all_toks": "all_tokens",
    "standard_toks": "all_tokens[4:31]",
    "unique_no_split_tokens": "all_tokens",
    "tok_to_idx": "get_vocab()",
    "get_idx": "convert_tokens_to_ids",
    "get_tok": "all_tokens.__getitem__",
    "to_dict": "get_vocab",
}
#: What says the same of a tokenizer: whether it has the token that it puts before, or after.
_ASKED = {"prepend_bos": "cls_token_id", "append_eos": "eos_token_id"}
#: Around these a comparison needs no parentheses.
_PLAIN = (ast.stmt, ast.BoolOp, ast.Call, ast.Dict, ast.FormattedValue, ast.IfExp, ast.keyword, ast.List, ast.Tuple)
_TESTS = (ast.If, ast.While, ast.Assert, ast.BoolOp, ast.IfExp, ast.UnaryOp, ast.comprehension)


@rewrites(*(f"{ALPHABET}.{each}{called}" for each in _ATTRIBUTES for called in ("", "()")))
def attribute(site: Site) -> Answer:
    node = site.node.func if isinstance(site.node, ast.Call) else site.node
    assert isinstance(node, ast.Attribute)
    given = [*site.node.args, *(each.value for each in site.node.keywords)] if isinstance(site.node, ast.Call) else []
    index = given[0] if len(given) == 1 and not isinstance(given[0], ast.Starred) else None
    if node.attr == "get_tok" and index is not None:
        yield from _token_at(site, node, index)
    elif site.changed_in_place(node):
        yield Left(f"{node.attr} is changed in place: the tokenizer's table is a copy, and its tokens are fixed")
    else:
        yield site.after(node.value, f".{_ATTRIBUTES[node.attr]}", node)


def _token_at(site: Site, node: ast.Attribute, index: ast.expr) -> Answer:
    """Both have a list of tokens: tensors of one id, negative ids and ids too high mean in it what they meant before.

    `convert_ids_to_tokens` takes Python's integers alone (a tensor is a TypeError), and gives `<unk>` for -1 and 33.
    """
    start, stop = site.source.span(index)
    yield site.after(node.value, ".all_tokens[", node)
    yield site.edit(site.source.span(node)[1], start, "")
    yield site.edit(stop, site.source.span(site.node)[1], "]")


@rewrites(*(f"{ALPHABET}.{each}" for each in _ASKED))
def special_token(site: Site) -> Answer:
    """Asked of the tokenizer: a `True` in its place would make an `if` look like a mistake."""
    node = site.node
    assert isinstance(node, ast.Attribute)
    outer = _denied(site, node) or node
    opened, closed = ("", "") if isinstance(site.source.parents[outer], _PLAIN) else ("(", ")")
    start, inner = site.source.span(outer)[0], site.source.span(node)[0]
    if opened or outer is not node:
        yield site.edit(start, inner, opened)
    asked = "is not None" if outer is node else "is None"
    yield site.after(node.value, f".{_ASKED[node.attr]} {asked}{closed}")


def _denied(site: Site, node: ast.Attribute) -> Optional[ast.UnaryOp]:
    """The `not` right before a node."""
    parent = site.source.parents[node]
    if not isinstance(parent, ast.UnaryOp) or not isinstance(parent.op, ast.Not):
        return None
    between = site.source.text[site.source.span(parent)[0] : site.source.span(node)[0]]
    return parent if between.strip() == "not" else None


@rewrites(f"{ALPHABET}.use_msa")
def use_msa(site: Site) -> Answer:
    """False for every alphabet that has a tokenizer in transformers."""
    if isinstance(site.source.parents[site.node], _TESTS):
        yield Left("use_msa tells the MSA Transformer's alphabet, which has no tokenizer: take the test out first")
    else:
        yield site.replace(site.node, "False")


@rewrites(f"hasattr({ALPHABET})", f"getattr({ALPHABET})")
def attribute_by_name(site: Site) -> Answer:
    yield from by_name(site, {old: new for old, new in _ATTRIBUTES.items() if new.endswith("_token_id")}, "")


@rewrites(f"{ALPHABET}.encode()")
def encode(site: Site) -> Answer:
    call = site.node
    assert isinstance(call, ast.Call)
    assert isinstance(call.func, ast.Attribute)
    if len(call.args) != 1 or call.keywords:
        yield Left("encode is called with more than the sequence")
        return
    tokenizer, residues = site.code(call.func.value), site.migrated(call.args[0])
    token = free("token", tokenizer)
    yield site.replace(call, f"[{tokenizer}.get_vocab()[{token}] for {token} in {tokenizer}.tokenize({residues})]")


@rewrites(f"len({ALPHABET})")
def length(site: Site) -> Answer:
    """The tokenizer has the same 33 tokens."""
    yield from ()


@rewrites("esm.data.Alphabet.from_architecture()")
def from_architecture(site: Site) -> Answer:
    call = site.node
    assert isinstance(call, ast.Call)
    known = call.args[0] if len(call.args) == 1 else None
    if isinstance(known, ast.Constant) and known.value in ("ESM-1b", "roberta_large"):
        yield site.replace(call, f'{name("transformers.AutoTokenizer")}.from_pretrained("facebook/esm2_t6_8M_UR50D")')
    else:
        yield Left("only the alphabet of ESM-1b and ESM-2 has a tokenizer in transformers")

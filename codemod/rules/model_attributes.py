"""Read the model's sizes from its config, and its parts where transformers keeps them.

Before: `model.num_layers`, `model.embed_dim`, `model.predict_contacts(tokens)`, `model.embed_tokens`
After:  `model.config.num_hidden_layers`, `model.config.hidden_size`, the same method with the attention mask,
        `model.get_input_embeddings()`

Left alone: half precision (other numbers on every version), parameter names (other names), layers.
"""

from __future__ import annotations

import ast

from codemod.library import BLOCK, FOLD, MODEL, NO_DECODER, OUTPUT, WITHOUT_COUNTERPART
from codemod.program.pairs import value_target
from codemod.rule import Answer, Left, Site, rewrites
from codemod.rules._by_name import by_name
from codemod.rules._contacts import RANDOM, are_random
from codemod.rules._head_parts import MODULE, is_replaced, part_of, renamed_under
from codemod.rules._mask import mask_of
from codemod.uses.reaching import STATE_DICTS
from codemod.uses.shapes import is_held, is_identity

_CONFIG = {
    "num_layers": "num_hidden_layers",
    "embed_dim": "hidden_size",
    "attention_heads": "num_attention_heads",
    "alphabet_size": "vocab_size",
    "padding_idx": "pad_token_id",
    "mask_idx": "mask_token_id",
}
_NAMES = "its parameters have other names in transformers (FAIR_ESM key map): convert the checkpoint or rename the keys"
_HALF = "half precision gives other numbers (fair-esm also rounds its rotary frequencies): decide by hand"
_REFUSED = {
    "half": _HALF,
    "bfloat16": _HALF,
    "double": "float64 gives other numbers in transformers: decide by hand",
    "state_dict": _NAMES,
    "load_state_dict": _NAMES,
    "named_parameters": _NAMES,
}


@rewrites(*(f"{MODEL}.{each}" for each in _CONFIG))
def config(site: Site) -> Answer:
    node = site.node
    assert isinstance(node, ast.Attribute)
    yield site.after(node.value, f".config.{_CONFIG[node.attr]}")


#: What only fair-esm's ESM-2 has: for another model the answer is no.
_OF_ESM2 = ("embed_dim", "attention_heads")


@rewrites(f"hasattr({MODEL})", f"getattr({MODEL})")
def config_by_name(site: Site) -> Answer:
    known = site.checkpoints(site.use.value)
    esm2 = known is not None and all(each.name.startswith("esm2") for each in known)
    yield from by_name(site, {old: new for old, new in _CONFIG.items() if esm2 or old not in _OF_ESM2}, ".config")


@rewrites(f"{MODEL}.predict_contacts()")
def predict_contacts(site: Site) -> Answer:
    call = site.node
    assert isinstance(call, ast.Call)
    assert isinstance(call.func, ast.Attribute)
    tokens = call.args[0] if len(call.args) == 1 and not call.keywords else None
    if site.target.to == "fastesm2":
        yield Left("FastESM2_650 stores no contact head: its contacts would be random")
    elif are_random(site, call.func.value):
        yield Left(RANDOM)
    elif tokens is None or not is_held(call.func.value):
        yield Left("predict_contacts is called with more than the tokens, or on a model without a variable")
    else:
        text, named = site.twice(tokens, "input_ids")
        yield from named
        yield site.insert(site.source.span(tokens)[1], f", {mask_of(site, call.func.value, text)}")


@rewrites(f"{MODEL}.embed_tokens", f"{MODEL}.embed_tokens()")
def embeddings(site: Site) -> Answer:
    """`get_input_embeddings` of FastESM2's own class is broken: it looks for them beside `.esm`."""
    node = site.node.func if isinstance(site.node, ast.Call) else site.node
    assert isinstance(node, ast.Attribute)
    found = ".esm.embeddings.word_embeddings" if _is_own_class(site) else ".get_input_embeddings()"
    yield site.after(node.value, found, node)


def _is_own_class(site: Site) -> bool:
    """Whether the class is FastESM2's own, which keeps the encoder below `.esm` (modeling_fastesm.py of REVISION)."""
    return site.target.to == "fastesm2" and site.target.remote_code


def _encoder(site: Site) -> str:
    """The path from the model to its encoder."""
    return ".esm.encoder" if site.group.predicts_tokens or _is_own_class(site) else ".encoder"


@rewrites(f"{MODEL}.emb_layer_norm_after", f"{MODEL}.emb_layer_norm_after()")
def layer_norm(site: Site) -> Answer:
    node = site.node.func if isinstance(site.node, ast.Call) else site.node
    assert isinstance(node, ast.Attribute)
    yield site.after(node.value, f"{_encoder(site)}.emb_layer_norm_after", node)


@rewrites(f"{MODEL}.emb_layer_norm_after=")
def replaced_norm(site: Site) -> Answer:
    """`Identity()` in its place takes the last normalisation away on both sides."""
    statement = site.source.parents[site.node]
    if site.target.to == "fastesm2" or not (isinstance(statement, ast.Assign) and is_identity(statement.value)):
        yield Left("the model's last normalisation is replaced: what its output means then must be decided by hand")
    else:
        yield from layer_norm(site)


@rewrites(f"{MODEL}.layers")
def layers(site: Site) -> Answer:
    """The same parameters under another path: for freezing and counting."""
    assert isinstance(site.node, ast.Attribute)
    yield site.after(site.node.value, f"{_encoder(site)}.layer")


@rewrites(f"{BLOCK}()")
def block(site: Site) -> Answer:
    yield Left("a layer is called by itself: transformers' layers take and give other things")


@rewrites(f"{MODEL}.lm_head")
def lm_head(site: Site) -> Answer:
    """`EsmForMaskedLM` has it under the same name; its `weight`, which is the embedding's, one level deeper."""
    part, other = part_of(site), renamed_under(site)
    if site.target.to == "fastesm2":
        yield Left(NO_DECODER)
    elif is_replaced(site):
        yield Left(f"the head's {part} is replaced: what its output means afterwards must be decided by hand")
    elif other:
        yield Left(f"the head has another name here, and {other} is elsewhere in transformers: read it of the model")
    elif part == "weight":
        yield site.insert(site.source.span(site.node)[1], ".decoder")
    elif part not in ("", "dense", "layer_norm", "bias", *MODULE):
        yield Left(f"the head's {part} has no proven counterpart in transformers")


@rewrites(f"{MODEL}.lm_head()")
def lm_head_called(site: Site) -> Answer:
    """Both heads take `features` and give a plain tensor of logits over the same 33 tokens, whatever is read of it."""
    if site.target.to == "fastesm2":
        yield Left(NO_DECODER)


@rewrites(f"{MODEL}.contact_head")
def contact_head(site: Site) -> Answer:
    """Part of `EsmModel`, under the same name."""
    assert isinstance(site.node, ast.Attribute)
    if site.target.to == "fastesm2":
        yield Left("FastESM2_650 stores no contact head: its contacts would be random")
    elif part_of(site) not in ("regression", *MODULE):
        yield Left("the contact head is used by itself: transformers' takes and gives other things")
    elif site.group.predicts_tokens:
        yield site.after(site.node.value, ".esm.contact_head")


@rewrites(f"{MODEL}.lm_head=", f"{MODEL}.contact_head=")
def replaced_head(site: Site) -> Answer:
    statement = site.source.parents[site.node]
    harmless = isinstance(statement, ast.Assign) and is_identity(statement.value) and len(statement.targets) == 1
    reads_head = site.group.keys & {f"{OUTPUT}[logits]", f"{MODEL}.lm_head", f"{MODEL}.lm_head()"}
    contacts = site.group.shows_attention and site.use.key.startswith(f"{MODEL}.contact_head")
    if not harmless or contacts or (reads_head and not site.group.headless):
        yield Left("a head of the model is replaced: what its output means afterwards must be decided by hand")


@rewrites(*(f"{MODEL}.{each}{called}" for each in _REFUSED for called in ("", "()")
            if each not in STATE_DICTS or not called))  # fmt: skip
def refused(site: Site) -> Answer:
    """Names of parameters and half precision; a loop that never looks at the names can do without them."""
    node = site.node.func if isinstance(site.node, ast.Call) else site.node
    assert isinstance(node, ast.Attribute)
    target = value_target(site.source, site.node) if node.attr == "named_parameters" else None
    if target is None:
        yield Left(_REFUSED[node.attr])
    else:
        yield site.replace(target, site.code(target.elts[1]))
        yield site.after(node.value, ".parameters()")


_ARGUMENTS = {
    "embed_dim": "hidden_size",
    "layers": "num_hidden_layers",
    "attention_heads": "num_attention_heads",
    "ffn_embed_dim": "intermediate_size",
}


@rewrites(f"{MODEL}.args")
def arguments(site: Site) -> Answer:
    """What ESM-1b and ESM-1v were trained with; fair-esm's ESM-2 has no such attribute."""
    part, known = part_of(site), site.checkpoints(site.use.value)
    assert isinstance(site.node, ast.Attribute)
    if known and any(each.name.startswith("esm2") for each in known):
        yield Left("fair-esm's ESM-2 has no .args: this line fails today, write .embed_dim or .num_layers")
    elif site.target.to == "fastesm2" or not known or part not in _ARGUMENTS:
        yield Left("fair-esm's own arguments are read: transformers keeps a config")
    else:
        yield site.after(site.node.value, f".config.{_ARGUMENTS[part]}", site.source.parents[site.node])


@rewrites(f"{MODEL}.to(dtype)")
def other_dtype(site: Site) -> Answer:
    yield Left(_HALF)


@rewrites("esm.model.esm2.ESM2()", "esm.model.esm1.ProteinBertModel()", "esm.model.msa_transformer.MSATransformer()")
def from_scratch(site: Site) -> Answer:
    yield Left("a model is made from scratch: EsmForMaskedLM(EsmConfig(...)) starts from other random weights")


_FOLDED = "':' and lower-case letters raise ValueError"
_PDB = "EsmForProteinFolding writes pLDDT into PDB files as 0..1 instead of 0..100"
#: What is called on a folding model, with what differs (measured: tests/equivalence/esmfold.py).
_FOLDS = {
    "infer": "EsmForProteinFolding.infer gives pLDDT as 0..1 instead of 0..100, no mean_plddt, and one ptm for a whole "
    f"batch (fold one sequence at a time); it takes no num_recycles; {_FOLDED}",
    "infer_pdb": f"{_PDB}; {_FOLDED}",
    "infer_pdbs": f"{_PDB}; {_FOLDED}",
    "output_to_pdb": _PDB,
    "set_chunk_size": "EsmForProteinFolding has this as `model.trunk.set_chunk_size`",
    "half": WITHOUT_COUNTERPART["esmfold_v1"],
}


@rewrites(*(f"{FOLD}.{each}()" for each in _FOLDS))
def fold(site: Site) -> Answer:
    yield Left(_FOLDS[site.use.key.rpartition(".")[2].rstrip("()")])

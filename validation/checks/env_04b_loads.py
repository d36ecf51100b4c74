from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from validation import synthetic, weights
from validation.check import check
from validation.lab import Lab
from validation.models import MISSING, UNEXPECTED, Loaded
from validation.records import Measured
from validation.sequences import SMOKE

HALF = torch.float16
#: Hub checkpoints keep frequencies that were once rounded to float16 (FAIR_ESM.md): one part in 2048.
ROTARY_ERROR = 1e-3
MPRTEIN = [0, 20, 14, 10, 11, 9, 12, 17, 2]


@check(needs=("ENV-01c", "ENV-04a"))
def model_loads(lab: Lab) -> Iterator[Measured]:
    """The model loads in float16 and holds, tensor by tensor, what the file holds.

    Exactly four keys are missing and five unexpected; rotary frequencies are float32 and the architecture's own;
    the tokenizer gives all 33 ids; two short sequences give finite embeddings of the right shape.
    """
    yield from _tokenizer(lab.tokenizer)
    loaded = lab.model(HALF)
    yield from _keys(lab, loaded)
    yield from _tensors(lab, loaded)
    yield from _rotary(lab, loaded)
    yield from _embeddings(lab, loaded)


def _tokenizer(tokenizer: Any) -> Iterator[Measured]:
    ids = [tokenizer.convert_tokens_to_ids(token) for token in synthetic.TOKENS]
    wrong = [token for number, token in enumerate(synthetic.TOKENS) if ids[number] != number]
    yield Measured("tokens with another id than ESM-2's", " ".join(wrong) or "none", equals="none",
                   advice="this is not ESM-2's tokenizer: fetch vocab.txt again")
    yield Measured("ids of MPRTEIN", str(_ids(tokenizer, "MPRTEIN")), equals=str(MPRTEIN))
    lower = len(_ids(tokenizer, "mprtein")) - 2
    yield Measured("tokens of 'mprtein' (7 residues, lower case)", lower,
                   warning="" if lower == 7 else "lower case becomes <unk>: use .upper() before the tokenizer")
    star = len(_ids(tokenizer, "MP*JRT")) - 2
    yield Measured("tokens of 'MP*JRT' (6 letters)", star,
                   warning="" if star == 6 else "letters that ESM-2 does not know shift the positions: remove `*`")


def _ids(tokenizer: Any, sequence: str) -> list[int]:
    found: list[int] = tokenizer(sequence)["input_ids"]
    return list(found)


def _keys(lab: Lab, loaded: Loaded) -> Iterator[Measured]:
    rotary = {name for name in loaded.missing | loaded.unexpected if name.endswith("inv_freq")}
    yield Measured("keys missing", _names(loaded.missing - rotary), equals=_names(_heads(loaded)),
                   advice="this code does not fit these weights")
    yield Measured("keys unexpected", _names(loaded.unexpected - rotary), equals=_names(UNEXPECTED),
                   advice="this code does not fit these weights")
    config = loaded.model.config
    same = all(getattr(config, name, None) == value for name, value in lab.config.items() if isinstance(value, int))
    yield Measured("every number of config.json arrived in the model", same, equals=True)


def _tensors(lab: Lab, loaded: Loaded) -> Iterator[Measured]:
    parameters = sum(item.numel() for item in loaded.model.parameters())
    yield Measured("parameters", parameters, equals=_expected_parameters(lab, _heads(loaded)))
    kinds = sorted({str(item.dtype) for item in loaded.model.parameters()})
    yield Measured("dtype of parameters", " ".join(kinds), equals=str(HALF))
    lab.tell("comparing every tensor in memory with the file")
    wrong = list(weights.unequal(loaded.model, lab.tensors))
    yield Measured(f"of {len(lab.tensors)} stored tensors, not equal in memory", len(wrong), at_most=0,
                   advice=f"the model loaded without an error and holds other weights ({', '.join(wrong[:3])}): "
                   "this transformers release or a damaged cache; see ENV-03")


def _heads(loaded: Loaded) -> frozenset[str]:
    """The tensors of pooler and contact head; code from 1.0 on has no pooler, and cannot miss it."""
    return MISSING & {weights.short(name) for name, _ in loaded.model.named_parameters()}


def _expected_parameters(lab: Lab, heads: frozenset[str]) -> int:
    """What the file holds without lm_head and frequencies, with those heads that it does not hold."""
    stored = weights.expected_shapes(lab.shape)
    kept = (size for name, size in stored.items() if not name.startswith("lm_head.") and "inv_freq" not in name)
    wide, maps = lab.shape.hidden, lab.shape.layers * lab.shape.heads
    sizes = {"pooler.dense.weight": wide * wide, "pooler.dense.bias": wide, "contact_head.regression.weight": maps}
    return sum(weights.Stored("", size, 0).values for size in kept) + sum(sizes.get(name, 1) for name in heads)


def _rotary(lab: Lab, loaded: Loaded) -> Iterator[Measured]:
    held = [item for name, item in loaded.model.named_buffers() if name.endswith("inv_freq")]
    kinds = sorted({str(item.dtype) for item in held})
    yield Measured("dtype of rotary frequencies", " ".join(kinds), equals=str(torch.float32),
                   advice="halved frequencies turn long sequences into noise: load with torch_dtype, never .half()")
    want = synthetic.frequencies(lab.shape)
    errors = [float(((item.float().cpu() - want) / want).abs().max()) for item in held if item.shape == want.shape]
    yield Measured("rotary frequencies, largest relative error", max(errors, default=float("nan")),
                   at_most=ROTARY_ERROR, advice="the frequencies are not the architecture's: uninitialised or damaged")


def _embeddings(lab: Lab, loaded: Loaded) -> Iterator[Measured]:
    ids, mask = lab.tokens(SMOKE)
    found = loaded(ids, mask)
    yield Measured(f"embeddings of {SMOKE}", str(tuple(found.shape)), equals=str((2, 11, lab.shape.hidden)))
    finite = bool(found[mask.bool()].isfinite().all())
    yield Measured("embeddings are finite", finite, equals=True,
                   advice="float16 overflows with these weights: use bfloat16 or float32")


def _names(keys: frozenset[str]) -> str:
    return " ".join(sorted(keys))

"""Files that are no ESM-2, ESM-1b or ESM-1v language model: how each is known, and what to tell its owner."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Optional

from codemod.library import WITHOUT_COUNTERPART

_ESM1 = WITHOUT_COUNTERPART["esm1_t34_670M_UR50S"]
_MSA = WITHOUT_COUNTERPART["esm_msa1b_t12_100M_UR50S"]
_IF1 = WITHOUT_COUNTERPART["esm_if1_gvp4_t16_142M_UR50"]
_FOLD = WITHOUT_COUNTERPART["esmfold_v1"]
_WHOLE = (
    "it pickles a whole model object, not its weights; where you trust the file and have fair-esm, save "
    "`torch.load(path, weights_only=False).state_dict()` and convert that"
)
_ADAPTER = "it holds adapter (LoRA) weights; merge them into the model first, then convert its state dict"

#: `args.arch` of a fair-esm download, by a part of it (fair-esm 2.0.0, pretrained.py).
_ARCHITECTURES = {"protein_bert": _ESM1, "msa_transformer": _MSA, "invariant_gvp": _IF1}

#: Parts of tensor names that only one family has, the more telling first.
_TENSORS = {
    "trunk.": _FOLD,
    "esm_s_combine": _FOLD,
    "lora_": _ADAPTER,
    "msa_position_embedding": _MSA,
    "row_self_attention": _MSA,
    "column_self_attention": _MSA,
    "gvp": _IF1,
    "embed_graph": _IF1,
    "embed_out": _ESM1,
    "bias_k": _ESM1,
    "encoder.layer.0.attention.self.query": "its tensors have transformers' names already",
    "transformer.blocks.": "it is a checkpoint of EvolutionaryScale's ESM3 or ESM C, another package than fair-esm",
}

#: Beginnings of class names that a refused pickle asks for.
_CLASSES = {"omegaconf.": _FOLD, "esm.": _WHOLE, "fair_esm.": _WHOLE, "torch.nn.modules.": _WHOLE}


def by_architecture(name: str) -> Optional[str]:
    """Why a download of this architecture is refused; None for `roberta_large` (ESM-1b, ESM-1v)."""
    if name == "roberta_large":
        return None
    known = (why for part, why in _ARCHITECTURES.items() if part in name)
    return next(known, f"its architecture {name!r} is not one of fair-esm's")


def by_tensors(names: Iterable[str]) -> Optional[str]:
    """Why a file with these tensors is refused, where the names tell."""
    every = "\n".join(names)
    return next((why for part, why in _TENSORS.items() if part in every), None)


def by_class(name: str) -> Optional[str]:
    """What a file is that asks for this class when unpickled, where the name tells."""
    return next((why for start, why in _CLASSES.items() if name.startswith(start)), None)

"""What fair-esm 2.0.0 is: its public names, the values they give, its checkpoints. Read it like a stub file.

Values have pseudo-names, so that one key dispatches everything: calling a loader returns `esm.Model` and
`esm.Alphabet`; `esm.Alphabet.get_batch_converter()` an `esm.BatchConverter`; calling a model an `esm.Output`.
Checkpoint facts: fair-esm's README and the Hub's configs, measured in FAIR_ESM.md section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

MODEL, ALPHABET, CONVERTER = "esm.Model", "esm.Alphabet", "esm.BatchConverter"
OUTPUT, DATASET, FOLD = "esm.Output", "esm.Dataset", "esm.Fold"
LAYERS = "esm.Layers"  # an output's representations, by layer number
NUM_LAYERS = "esm.Model.num_layers"  # the number itself, where the checkpoint is not known
TOKENS = "esm.Tokens"  # a batch converter's tensor, followed as another package's value: a tensor before and after
BLOCKS, BLOCK = "esm.Blocks", "esm.Block"  # the model's transformer layers, and one of them
#: Kinds of values rather than names, each with the word that people use for it.
KINDS = {
    MODEL: "model",
    ALPHABET: "alphabet",
    CONVERTER: "batch_converter",
    OUTPUT: "output",
    LAYERS: "representations",
    DATASET: "dataset",
    FOLD: "folding model",
    BLOCKS: "layers",
    BLOCK: "layer",
}
PSEUDO = frozenset(KINDS)

#: What `--to stub` writes, by which a later run knows a stubbed program.
REMOVED = "needs fair-esm, which was removed"
STUB = "FairEsmRemoved"
STUBBED = (REMOVED, f"class {STUB}:")


@dataclass(frozen=True)
class Checkpoint:
    """A published language model: `layers` transformer layers of `width` features, and its place on the Hub."""

    name: str
    layers: int
    width: int
    hub: str


def _facebook(name: str, layers: int, width: int, hub: Optional[str] = None) -> Checkpoint:
    return Checkpoint(name, layers, width, f"facebook/{hub or name}")


CHECKPOINTS = {
    checkpoint.name: checkpoint
    for checkpoint in (
        _facebook("esm2_t6_8M_UR50D", 6, 320),
        _facebook("esm2_t12_35M_UR50D", 12, 480),
        _facebook("esm2_t30_150M_UR50D", 30, 640),
        _facebook("esm2_t33_650M_UR50D", 33, 1280),
        _facebook("esm2_t36_3B_UR50D", 36, 2560),
        _facebook("esm2_t48_15B_UR50D", 48, 5120),
        _facebook("esm1b_t33_650M_UR50S", 33, 1280),
        _facebook("esm1v_t33_650M_UR90S", 33, 1280, "esm1v_t33_650M_UR90S_1"),
        *(_facebook(f"esm1v_t33_650M_UR90S_{n}", 33, 1280) for n in range(1, 6)),
    )
}

#: FastESM2_650 is an ESM-2 of 650M parameters, trained further (FASTESM2.md).
FASTESM2_LAYERS, FASTESM2_WIDTH = CHECKPOINTS["esm2_t33_650M_UR50D"].layers, CHECKPOINTS["esm2_t33_650M_UR50D"].width
NO_DECODER = "FastESM2_650 stores no language-model decoder: its logits would be random"

_ESM1 = "ESM-1 has no counterpart in transformers; ESM-2 (esm2_t33_650M_UR50D) is the usual successor"
_MSA = "the MSA Transformer has no counterpart in transformers; keep fair-esm for it, or move to single-sequence ESM-2"
_IF1 = "ESM-IF1 has no counterpart in transformers; keep fair-esm for inverse folding (ProteinMPNN is an alternative)"
_FOLD0 = "ESMFold v0 has no counterpart in transformers; esmfold_v1 is there as EsmForProteinFolding"
_FOLD1 = (  # measured: tests/equivalence/esmfold.py
    "ESMFold moves to transformers' EsmForProteinFolding by hand: pLDDT becomes 0..1 instead of 0..100 (in PDB files "
    "too), ptm is one number for a whole batch, and the language model's half precision rounds otherwise"
)

#: Checkpoints that have no proven counterpart, with what to tell the user.
WITHOUT_COUNTERPART = {
    "esm1_t34_670M_UR50S": _ESM1,
    "esm1_t34_670M_UR50D": _ESM1,
    "esm1_t34_670M_UR100": _ESM1,
    "esm1_t12_85M_UR50S": _ESM1,
    "esm1_t6_43M_UR50S": _ESM1,
    "esm_msa1_t12_100M_UR50S": _MSA,
    "esm_msa1b_t12_100M_UR50S": _MSA,
    "esm_if1_gvp4_t16_142M_UR50": _IF1,
    "esmfold_v0": _FOLD0,
    "esmfold_v1": _FOLD1,
}

LOADERS = (
    "load_model_and_alphabet",
    "load_model_and_alphabet_hub",
    "load_model_and_alphabet_local",
    "load_model_and_alphabet_core",
)

#: Where each public class really lives; every other spelling is an alias of it.
HOMES = {
    "esm.FastaBatchedDataset": "esm.data.FastaBatchedDataset",
    "esm.Alphabet": "esm.data.Alphabet",
    "esm.BatchConverter": "esm.data.BatchConverter",
    "esm.ProteinBertModel": "esm.model.esm1.ProteinBertModel",
    "esm.model.ProteinBertModel": "esm.model.esm1.ProteinBertModel",
    "esm.ESM2": "esm.model.esm2.ESM2",
    "esm.model.ESM2": "esm.model.esm2.ESM2",
    "esm.MSATransformer": "esm.model.msa_transformer.MSATransformer",
    "esm.model.MSATransformer": "esm.model.msa_transformer.MSATransformer",
}

MODULES = frozenset(
    "esm." + name if name else "esm"
    for name in (
        "",
        "axial_attention",
        "constants",
        "data",
        "esmfold",
        "inverse_folding",
        "model",
        "model.esm1",
        "model.esm2",
        "model.msa_transformer",
        "modules",
        "multihead_attention",
        "pretrained",
        "rotary_embedding",
        "version",
    )
)

#: What `from esm.X import *` binds here, and what tells fair-esm from another package called esm.
NAMES = {
    "esm": (
        "Alphabet",
        "BatchConverter",
        "ESM2",
        "FastaBatchedDataset",
        "MSATransformer",
        "ProteinBertModel",
        "__version__",
        "axial_attention",
        "constants",
        "data",
        "esmfold",
        "inverse_folding",
        "model",
        "modules",
        "multihead_attention",
        "pretrained",
        "rotary_embedding",
        "version",
    ),
    "esm.pretrained": (*CHECKPOINTS, *WITHOUT_COUNTERPART, *LOADERS, "load_regression_hub", "load_hub_workaround",
                       "has_emb_layer_norm_before", "ESM2", "esm", "torch"),
    "esm.data": ("Alphabet", "BatchConverter", "FastaBatchedDataset", "MSABatchConverter", "read_fasta",
                 "read_alignment_lines", "ESMStructuralSplitDataset", "proteinseq_toks"),
    "esm.model": ("ESM2", "MSATransformer", "ProteinBertModel", "esm1", "esm2", "msa_transformer"),
    "esm.constants": ("proteinseq_toks",),
}

#: Sub-packages and names that only EvolutionaryScale's package has, which is also imported as `esm`.
EVOLUTIONARYSCALE = ("esm.models", "esm.sdk", "esm.tokenization", "esm.utils", "esm.layers", "esm.widgets")
_EVOLUTIONARYSCALE_PRETRAINED = ("ESM3", "ESMC", "register_local_model", "load_local_model")


def is_evolutionaryscale(name: str) -> bool:
    """Whether a dotted name can only come from EvolutionaryScale's `esm`."""
    last = name.rpartition(".")[2]
    return name.startswith(EVOLUTIONARYSCALE) or (
        name.startswith("esm.pretrained.") and last.startswith(_EVOLUTIONARYSCALE_PRETRAINED)
    )


def canonical(name: str) -> Optional[str]:
    """The home of a fair-esm name, or None where fair-esm 2.0.0 has no such name.

    Everything below `esm.inverse_folding`, `esm.esmfold` and the other inner modules is taken as theirs: those
    modules exist only in fair-esm.
    """
    if name in MODULES:
        return name
    if name in HOMES:
        return HOMES[name]
    module, _, last = name.rpartition(".")
    if module in NAMES:
        return name if last in NAMES[module] else None
    owner = canonical(module) if module.startswith("esm") else None
    if owner is None:
        return None
    return f"{owner}.{last}"


#: Calling a name gives ... (a tuple is a tuple).
CALLS: dict[str, object] = {
    "esm.pretrained.*": (MODEL, ALPHABET),  # getattr(esm.pretrained, name)()
    **{f"esm.pretrained.{name}": (MODEL, ALPHABET) for name in (*CHECKPOINTS, *WITHOUT_COUNTERPART, *LOADERS)},
    "esm.pretrained.esmfold_v0": FOLD,
    "esm.pretrained.esmfold_v1": FOLD,
    "esm.data.Alphabet": ALPHABET,
    "esm.data.Alphabet.from_architecture": ALPHABET,
    "esm.data.BatchConverter": CONVERTER,
    "esm.data.FastaBatchedDataset": DATASET,
    "esm.data.FastaBatchedDataset.from_file": DATASET,
    "esm.model.esm1.ProteinBertModel": MODEL,
    "esm.model.esm2.ESM2": MODEL,
    "esm.model.msa_transformer.MSATransformer": MODEL,
    MODEL: OUTPUT,
}

#: Instances of a class are ... (type annotations, isinstance).
INSTANCES = {
    "esm.data.Alphabet": ALPHABET,
    "esm.data.BatchConverter": CONVERTER,
    "esm.data.FastaBatchedDataset": DATASET,
    "esm.model.esm1.ProteinBertModel": MODEL,
    "esm.model.esm2.ESM2": MODEL,
}

#: Methods that give the same object back, before and after the migration: `torch.nn.Module`'s.
SAME = {MODEL: ("eval", "to", "cuda", "cpu", "train", "requires_grad_", "float"), FOLD: ("eval", "to", "cuda", "cpu")}

#: Attributes that mean the same on both sides and give nothing of fair-esm's.
UNCHANGED = {
    MODEL: ("parameters", "zero_grad", "training", "share_memory", "__class__"),
    ALPHABET: ("tokenize", "all_special_tokens"),
    CONVERTER: ("__call__",),
    DATASET: ("__len__", "__getitem__"),
    FOLD: ("parameters", "requires_grad_", "train"),
    BLOCKS: ("parameters", "train", "eval", "requires_grad_"),
    BLOCK: ("parameters", "train", "eval", "requires_grad_"),
}

#: Attributes and methods that lead from one value of fair-esm to another.
ATTRIBUTES = {
    (MODEL, "alphabet"): ALPHABET,
    (MODEL, "layers"): BLOCKS,
}
METHODS = {
    (ALPHABET, "get_batch_converter"): CONVERTER,
    (MODEL, "forward"): OUTPUT,
}

#: Words only fair-esm's interface has: where their owner is unknown, they are listed.
WORDS = {
    "attributes": (
        "load_model_and_alphabet", "load_model_and_alphabet_hub", "load_model_and_alphabet_local",
        "load_model_and_alphabet_core", "get_batch_converter", "tok_to_idx", "prepend_bos", "append_eos",
        "from_architecture", "get_batch_indices", "get_idx", "get_tok", "all_toks", "standard_toks", "mask_idx",
        "sequence_strs", "sequence_labels",
    ),
    "keywords": ("repr_layers", "need_head_weights"),
    "keys": ("representations",),
}  # fmt: skip


def one_choice(left: str, right: str) -> str:
    """Two checkpoint factories are one choice of a checkpoint."""
    alike = CALLS.get(left) == CALLS.get(right) == CALLS["esm.pretrained.*"]
    named = all(each.startswith(("esm.pretrained.esm", "esm.pretrained.*")) for each in (left, right))
    return "esm.pretrained.*" if alike and named else ""

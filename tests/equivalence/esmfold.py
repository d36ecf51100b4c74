"""ESMFold with the same random weights in both packages: `python -m tests.equivalence.esmfold OPENFOLD`.

By hand, because openfold is no dependency: OPENFOLD is a checkout of aqlaboratory/openfold at the commit that
fair-esm 2.0.0's README installs (4b410596); omegaconf, einops, dm-tree, ml_collections and biopython come from PyPI.
Nothing is compiled: the CUDA kernel is for the forward pass of a GPU only. Exit code 1: float32 differs, or
a control does not.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import sys
from collections.abc import Iterable
from importlib.machinery import ModuleSpec
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import torch

from validation.equivalence.weights import to_hub_name

#: What openfold imports and inference does not use.
UNUSED = ("attn_core_inplace_cuda", "dllogger", "pdbfixer", "pytorch_lightning", "simtk")
LONG, SHORT = "MKTVRQERLKSIVRILERSKEPVSGAQLAEELSVSRQVIVQDIAYLRSLGYNIVATPRGYVLAGG", "KALTARQQEVFDLIRDH"
RECYCLES = (0, 1, 3, None)
LENGTHS = (40, 200, 1000)
TOLERANCE = 1e-4

STEM = {"layers": 3, "width": 64, "heads": 4}
TRUNK: dict[str, Any] = {
    "num_blocks": 2,
    "sequence_state_dim": 64,
    "pairwise_state_dim": 32,
    "sequence_head_width": 32,
    "pairwise_head_width": 16,
    "max_recycles": 4,
    "chunk_size": None,
}
STRUCTURE = {"c_s": 48, "c_z": 32, "c_resnet": 32, "no_blocks": 3, "no_heads_ipa": 4}
#: fair-esm's names of the structure module's settings, and transformers'.
SETTINGS = {
    "c_s": "sequence_dim",
    "c_z": "pairwise_dim",
    "c_resnet": "resnet_dim",
    "no_blocks": "num_blocks",
    "no_heads_ipa": "num_heads_ipa",
}
NOT_MOVED = ("esm.lm_head.", "esm.contact_head.")  # of the language model, which folding does not use


class Unused:
    """Finds an empty module for each of UNUSED and what is below it."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> Any:
        if name.split(".")[0] in UNUSED:
            return ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]
        return None

    def create_module(self, spec: ModuleSpec) -> Any:
        return MagicMock(name=spec.name, __path__=[], __spec__=spec)

    def exec_module(self, module: object) -> None:
        """There is nothing to run."""


def original(openfold: str) -> Any:
    """A small ESMFold of fair-esm, every weight random: openfold's own zeros would hide most of the network."""
    sys.path.insert(0, openfold)
    sys.meta_path.append(Unused())  # type: ignore[arg-type]
    for name in ("int", "bool", "object"):  # numpy 1.24 removed them
        if name not in vars(np):
            setattr(np, name, getattr(__import__("builtins"), name))
    esm: Any = importlib.import_module("esm")
    omegaconf: Any = importlib.import_module("omegaconf")
    importlib.import_module("openfold.model.structure_module")
    dataclass = dataclasses.dataclass
    dataclasses.dataclass = functools.partial(dataclass, unsafe_hash=True)  # type: ignore[assignment,call-overload]
    folding: Any = importlib.import_module("esm.esmfold.v1.esmfold")  # Python 3.11 wants its defaults hashable
    dataclasses.dataclass = dataclass
    settings: Any = importlib.import_module("esm.esmfold.v1.trunk").StructureModuleConfig

    def small() -> Any:
        alphabet = esm.Alphabet.from_architecture("ESM-1b")
        return esm.ESM2(STEM["layers"], STEM["width"], STEM["heads"], alphabet), alphabet

    esm.pretrained.esm2_t36_3B_UR50D = small
    structure = {**dataclasses.asdict(settings()), **STRUCTURE}
    config = {"trunk": {**TRUNK, "structure_module": structure}, "lddt_head_hid_dim": 32}
    torch.manual_seed(0)  # vectors keep what they are made with
    model = folding.ESMFold(esmfold_config=omegaconf.OmegaConf.create(config)).eval()
    model.esm.float()
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weight in model.parameters():
            noise = torch.randn(weight.shape, generator=generator)
            weight.copy_(noise * weight.shape[-1] ** -0.5 if weight.dim() > 1 else weight + 0.1 * noise)
    return model


def moved(original: Any, half: bool) -> Any:
    """transformers' model with the same weights, the stem in half precision or not."""
    from transformers import EsmConfig, EsmForProteinFolding

    structure = {SETTINGS[name]: value for name, value in STRUCTURE.items()}
    config = EsmConfig(
        vocab_size=33,
        mask_token_id=32,
        pad_token_id=1,
        hidden_size=STEM["width"],
        num_hidden_layers=STEM["layers"],
        num_attention_heads=STEM["heads"],
        intermediate_size=4 * STEM["width"],
        layer_norm_eps=1e-5,
        token_dropout=True,
        position_embedding_type="rotary",
        emb_layer_norm_before=False,
        is_folding_model=True,
        vocab_list=tuple(original.esm_dict.all_toks),
        esmfold_config={
            "fp16_esm": half,
            "lddt_head_hid_dim": 32,
            "trunk": {**TRUNK, "structure_module": structure},
        },
    )
    model = EsmForProteinFolding(config).eval()
    weights = {}
    for name, value in original.state_dict().items():
        if not name.startswith(NOT_MOVED):
            weights[_renamed(name)] = value
    missing, unknown = model.load_state_dict(weights, strict=False)
    assert not unknown, unknown
    assert all(name.startswith(NOT_MOVED) for name in missing), missing
    return model


def _renamed(name: str) -> str:
    """The stem's weights have a language model's names; every other weight keeps its own."""
    return to_hub_name(name[len("esm.") :]) if name.startswith("esm.") else name


def differences(before: Any, after: Any, keys: Iterable[str]) -> dict[str, float]:
    scale = {"plddt": 100}
    return {key: (before[key].float() - scale.get(key, 1) * after[key].float()).abs().max().item() for key in keys}


def main() -> int:
    before = original(sys.argv[1])
    after = moved(before, half=False)
    worst = 0.0
    sequences = [LONG, SHORT]
    mask = torch.tensor([[index < len(each) for index in range(len(LONG))] for each in sequences]).long()
    for recycles in RECYCLES:
        one = before.infer(sequences, num_recycles=recycles)
        with torch.no_grad():
            other = after(one["aatype"], mask, num_recycles=recycles)
        same = [key for key in other if key not in ("ptm", "residue_index")]
        figures = differences(one, other, same)
        worst = max(worst, *figures.values())
        print(f"float32, num_recycles={recycles}: {len(same)} outputs, pLDDT x 100: {max(figures.values()):.1e}")
    one, other = before.infer(sequences), after.infer(sequences)
    control = moved(before, half=False)
    with torch.no_grad():
        control.esm.encoder.layer[0].attention.self.query.weight.mul_(1.001)
    noticed = differences(one, control.infer(sequences), same)
    print(f"control, one weight of the stem changed by 0.1 %: {max(noticed.values()):.1e}")
    print("outputs that are not there:", sorted(set(one) - set(other)))
    print("ptm:", one["ptm"].tolist(), "becomes", other["ptm"].tolist())
    padding = [output["residue_index"][1, -1].item() for output in (one, other)]
    print("residue_index of padding:", padding[0], "becomes", padding[1])
    other["plddt"] = 100 * other["plddt"]
    for first, second in zip(before.output_to_pdb(one), after.output_to_pdb(other)):
        lines = [text.splitlines() for text in (first, second)]
        atoms = [[line for line in each if line.startswith("ATOM")] for each in lines]
        print(f"PDB, pLDDT x 100: the same atoms: {atoms[0] == atoms[1]}, the same text: {first == second}")
    for text in ("mktv", "MK*", "MK:TV"):
        try:
            print(repr(text), "is folded by both", len(before.infer(text)), len(after.infer(text)))
        except ValueError as error:
            print(repr(text), "is folded by fair-esm, but not by transformers:", str(error)[:60])
    half(before)
    return int(worst > TOLERANCE or max(noticed.values()) <= TOLERANCE)


def half(before: Any) -> None:
    """How far the stem's features go from float32 in half precision, which is what `esmfold_v1()` gives.

    fair-esm computes the angles of its rotary embeddings in half precision too, transformers in float32: the
    difference grows with the length.
    """
    tokens = {
        length: torch.randint(4, 24, (1, length), generator=torch.Generator().manual_seed(2)) for length in LENGTHS
    }
    exact = {length: features(before, each) for length, each in tokens.items()}
    before.esm.half()
    after = moved(before, half=True)
    for length, each in tokens.items():
        one, other = features(before, each), features(after, each)
        for name, value, base in (
            ("fair-esm in half from float32", one, exact[length]),
            ("transformers in half from float32", other, exact[length]),
            ("transformers from fair-esm, both in half", other, one),
        ):
            print(f"stem, {length} residues, {name}: {((value - base).norm() / base.norm()).item():.1e}")


@torch.no_grad()
def features(model: Any, tokens: torch.Tensor) -> torch.Tensor:
    """The last layer's, with rotary tables of the weights' precision: fair-esm keeps the last ones it made."""
    if hasattr(model, "compute_language_model_representations"):
        found = model.compute_language_model_representations(tokens)
    else:
        for layer in model.esm.layers:
            layer.self_attn.rot_emb._seq_len_cached = None
        found = model._compute_language_model_representations(tokens)
    last: torch.Tensor = found[:, :, -1].float()
    return last


if __name__ == "__main__":
    sys.exit(main())

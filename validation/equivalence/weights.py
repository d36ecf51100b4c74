"""Random weights by fair-esm's names, for networks of true depth and any width; and the Hub's names for them.

Names, depths, widths and heads: fair-esm 2.0.0 `pretrained.py` and its README; the key map: transformers
`convert_esm.py`.
"""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import torch

VOCABULARY = [
    *("<cls>", "<pad>", "<eos>", "<unk>"), *"LAGVSERTIDPKQNFYMHWCXBUZO.-", *("<null_1>", "<mask>"),
]  # fmt: skip
MASK = VOCABULARY.index("<mask>")

Weights = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Architecture:
    """What tells one published checkpoint's network from another's; `width` and `heads` are the published ones."""

    layers: int
    width: int
    heads: int = 20
    rotary: bool = True
    norm_before: bool = False  # ESM-1b only: a layer norm between embedding and first layer
    contacts: bool = True  # ESM-1v has no published contact regression


ESM1V = Architecture(33, 1280, rotary=False, contacts=False)
CHECKPOINTS = {
    "esm2_t6_8M_UR50D": Architecture(6, 320),
    "esm2_t12_35M_UR50D": Architecture(12, 480),
    "esm2_t30_150M_UR50D": Architecture(30, 640),
    "esm2_t33_650M_UR50D": Architecture(33, 1280),
    "esm2_t36_3B_UR50D": Architecture(36, 2560, 40),
    "esm2_t48_15B_UR50D": Architecture(48, 5120, 40),
    "esm1b_t33_650M_UR50S": Architecture(33, 1280, rotary=False, norm_before=True),
    **{f"esm1v_t33_650M_UR90S_{i}": ESM1V for i in range(1, 6)},
}


def random_weights(name: str, architecture: Architecture, width: int, heads: int) -> Weights:
    """A state dict by fair-esm's names, float32; the same for the same name in every run."""
    generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    shapes = dict(_shapes(architecture, width, heads))
    weights = {key: _draw(key, shape, generator) for key, shape in shapes.items()}
    weights["embed_tokens.weight"][MASK] = 0.0  # fair-esm zeroes it when it loads an ESM-1b checkpoint
    if architecture.rotary:
        # Published checkpoints carry frequencies that were rounded to float16 once.
        frequencies = 1.0 / 10000 ** (torch.arange(0, width // heads, 2).float() / (width // heads))
        for layer in range(architecture.layers):
            weights[f"layers.{layer}.self_attn.rot_emb.inv_freq"] = frequencies.half().float()
    return weights


def to_hub_name(key: str) -> str:
    """The name that transformers gives to a parameter of fair-esm."""
    for pattern, replacement in HUB_NAMES:
        key, found = re.subn(pattern, replacement, key)
        if found:
            return key
    raise KeyError(key)


_LAYER = r"esm.encoder.layer.\1"
HUB_NAMES = [
    (r"^embed_tokens\.", "esm.embeddings.word_embeddings."),
    (r"^embed_positions\.", "esm.embeddings.position_embeddings."),
    (r"^emb_layer_norm_before\.", "esm.embeddings.layer_norm."),
    (r"^emb_layer_norm_after\.", "esm.encoder.emb_layer_norm_after."),
    (r"^layers\.(\d+)\.self_attn\.q_proj\.", _LAYER + ".attention.self.query."),
    (r"^layers\.(\d+)\.self_attn\.k_proj\.", _LAYER + ".attention.self.key."),
    (r"^layers\.(\d+)\.self_attn\.v_proj\.", _LAYER + ".attention.self.value."),
    (r"^layers\.(\d+)\.self_attn\.out_proj\.", _LAYER + ".attention.output.dense."),
    (r"^layers\.(\d+)\.self_attn\.rot_emb\.", _LAYER + ".attention.self.rotary_embeddings."),
    (r"^layers\.(\d+)\.self_attn_layer_norm\.", _LAYER + ".attention.LayerNorm."),
    (r"^layers\.(\d+)\.final_layer_norm\.", _LAYER + ".LayerNorm."),
    (r"^layers\.(\d+)\.fc1\.", _LAYER + ".intermediate.dense."),
    (r"^layers\.(\d+)\.fc2\.", _LAYER + ".output.dense."),
    (r"^contact_head\.", "esm.contact_head."),
    (r"^lm_head\.weight$", "lm_head.decoder.weight"),
    (r"^lm_head\.", "lm_head."),
]


def _shapes(architecture: Architecture, width: int, heads: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield "embed_tokens.weight", (len(VOCABULARY), width)
    if not architecture.rotary:
        yield "embed_positions.weight", (1026, width)
    if architecture.norm_before:
        yield from _linear("emb_layer_norm_before", width)
    for layer in range(architecture.layers):
        for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
            yield from _linear(f"layers.{layer}.self_attn.{part}", width, width)
        yield from _linear(f"layers.{layer}.self_attn_layer_norm", width)
        yield from _linear(f"layers.{layer}.fc1", 4 * width, width)
        yield from _linear(f"layers.{layer}.fc2", width, 4 * width)
        yield from _linear(f"layers.{layer}.final_layer_norm", width)
    yield from _linear("emb_layer_norm_after", width)
    yield from _linear("lm_head.dense", width, width)
    yield from _linear("lm_head.layer_norm", width)
    yield "lm_head.bias", (len(VOCABULARY),)
    if architecture.contacts:
        yield from _linear("contact_head.regression", 1, architecture.layers * heads)


def _linear(name: str, *shape: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield f"{name}.weight", shape
    yield f"{name}.bias", shape[:1]


def _draw(key: str, shape: tuple[int, ...], generator: torch.Generator) -> torch.Tensor:
    noise = torch.randn(shape, generator=generator)
    if key.endswith(".bias"):
        return 0.1 * noise
    if "norm" in key:
        return 1 + 0.2 * noise
    if "embed_" in key:
        return 0.5 * noise
    if "contact_head" in key:
        return 5 * noise
    return noise / math.sqrt(shape[-1])

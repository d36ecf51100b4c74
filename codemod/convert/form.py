"""The network that a checkpoint's tensors belong to: sizes, kind of positions, heads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Optional

from codemod.convert.tokenizer import VOCABULARY
from codemod.errors import UnusableInput

if TYPE_CHECKING:
    from torch import Tensor

    from codemod.convert.reading import Checkpoint

#: Attention heads of the published models by (layers, width): fair-esm's README, measured in FAIR_ESM.md section 4.
PUBLISHED_HEADS = {(6, 320): 20, (12, 480): 20, (30, 640): 20, (33, 1280): 20, (36, 2560): 40, (48, 5120): 40}


@dataclass(frozen=True)
class Form:
    """Counts; `positions` are rows of the table of absolute positions, None where positions are rotary (ESM-2)."""

    layers: int
    width: int
    feed_forward: int
    heads: int
    positions: Optional[int]
    norm_before: bool
    token_dropout: bool
    contacts: bool

    @property
    def family(self) -> str:
        if self.positions is None:
            return "ESM-2"
        return "ESM-1b" if self.norm_before else "ESM-1v"


def infer(checkpoint: Checkpoint, heads: Optional[int] = None) -> Form:
    """Sizes from the tensors' shapes, heads from settings or shapes; `heads` answers where neither tells.

    Raises UnusableInput where there is no such model in the file, and where two sources disagree.
    """
    tensors, settings = checkpoint.tensors, checkpoint.settings
    layers = 1 + max((int(found[1]) for name in tensors if (found := re.match(r"layers\.(\d+)\.", name))), default=-1)
    vocabulary, width = _rows_and_columns(tensors.get("embed_tokens.weight"))
    feed_forward, _ = _rows_and_columns(tensors.get("layers.0.fc1.weight"))
    if not (layers and width and feed_forward):
        raise UnusableInput("no ESM-2, ESM-1b or ESM-1v model: embed_tokens.weight or layers.0.fc1.weight is missing")
    if vocabulary != len(VOCABULARY):
        raise UnusableInput(f"the embedding has {vocabulary} tokens, ESM-2, ESM-1b and ESM-1v have {len(VOCABULARY)}")
    _refuse_other_sizes(settings, {"layers": layers, "embed_dim": width})
    positions, _ = _rows_and_columns(tensors.get("embed_positions.weight"))
    return Form(
        layers=layers,
        width=width,
        feed_forward=feed_forward,
        heads=_agreed(_heads(checkpoint, layers, width, heads), width),
        positions=positions or None,
        norm_before="emb_layer_norm_before.weight" in tensors,
        # fair-esm takes a missing setting for False; a bare state dict has no settings, its model was trained with it
        token_dropout=bool(settings.get("token_dropout", not settings)),
        contacts="contact_head.regression.weight" in tensors,
    )


def _refuse_other_sizes(settings: Mapping[str, object], sizes: Mapping[str, int]) -> None:
    wrong = [f"{name} is {settings[name]}, its tensors say {size}" for name, size in sizes.items()
             if settings.get(name, size) != size]  # fmt: skip
    if wrong:
        raise UnusableInput("the file's settings are not those of its tensors: " + ", ".join(wrong))


def _heads(checkpoint: Checkpoint, layers: int, width: int, asked: Optional[int]) -> dict[str, int]:
    """The number of heads, by who says so; the published sizes are asked only where nothing else tells."""
    said = dict(_evidence(checkpoint, layers, width))
    if asked is not None:
        said["--heads"] = asked
    if not said and (layers, width) in PUBLISHED_HEADS:
        said["the published model of this size"] = PUBLISHED_HEADS[layers, width]
    return said


def _evidence(checkpoint: Checkpoint, layers: int, width: int) -> Iterator[tuple[str, int]]:
    settings = checkpoint.settings.get("attention_heads")
    if isinstance(settings, int):
        yield "the file's settings", settings
    _, features = _rows_and_columns(checkpoint.tensors.get("contact_head.regression.weight"))
    if features:
        yield "the contact head", features // layers
    frequencies = checkpoint.tensors.get("layers.0.self_attn.rot_emb.inv_freq")
    if frequencies is not None and frequencies.numel():  # one for each two features of a head
        yield "the rotary frequencies", width // (2 * frequencies.numel())


def _agreed(said: dict[str, int], width: int) -> int:
    if not said:
        raise UnusableInput("the number of attention heads cannot be told from this file: give it with --heads N")
    if len(set(said.values())) > 1:
        raise UnusableInput("attention heads: " + ", ".join(f"{who} says {heads}" for who, heads in said.items()))
    heads = next(iter(said.values()))
    if heads < 1 or width % heads:
        raise UnusableInput(f"{heads} attention heads do not divide the width {width} ({next(iter(said))} says so)")
    return heads


def _rows_and_columns(tensor: Optional[Tensor]) -> tuple[int, int]:
    """Both zero where there is no matrix."""
    return (tensor.shape[0], tensor.shape[1]) if tensor is not None and tensor.ndim == 2 else (0, 0)

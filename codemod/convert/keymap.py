"""Every tensor of a language model: its name in fair-esm, in `EsmForMaskedLM`, and its shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemod.convert.form import Form
from codemod.convert.tokenizer import MASK, VOCABULARY
from codemod.convert.wording import some
from codemod.errors import UnusableInput

if TYPE_CHECKING:
    from torch import Tensor

    from codemod.convert.reading import Checkpoint

EMBEDDING, TIED = "embed_tokens.weight", "lm_head.weight"
POSITIONS = "esm.embeddings.position_embeddings.weight"
CONTACTS = "esm.contact_head.regression"
FREQUENCIES = ".attention.self.rotary_embeddings.inv_freq"

#: fair-esm's name, transformers' name, and the axes of the weight: width W, width of the feed-forward part F.
_IN_EACH_LAYER = (
    ("self_attn.q_proj", "attention.self.query", "WW"),
    ("self_attn.k_proj", "attention.self.key", "WW"),
    ("self_attn.v_proj", "attention.self.value", "WW"),
    ("self_attn.out_proj", "attention.output.dense", "WW"),
    ("self_attn_layer_norm", "attention.LayerNorm", "W"),
    ("fc1", "intermediate.dense", "FW"),
    ("fc2", "output.dense", "WF"),
    ("final_layer_norm", "LayerNorm", "W"),
)


@dataclass(frozen=True)
class Slot:
    """One tensor; `old` is fair-esm's name, `new` the Hub's, which every release of `EsmForMaskedLM` loads."""

    old: str
    new: str
    shape: tuple[int, ...]


def slots(form: Form) -> Iterator[Slot]:
    """All tensors of a model of this form but `lm_head.weight`, which is the embedding once more."""
    wide, tokens = form.width, len(VOCABULARY)
    yield Slot(EMBEDDING, "esm.embeddings.word_embeddings.weight", (tokens, wide))
    if form.positions is not None:
        yield Slot("embed_positions.weight", POSITIONS, (form.positions, wide))
    if form.norm_before:
        yield from _affine("emb_layer_norm_before", "esm.embeddings.layer_norm", wide)
    for number in range(form.layers):
        yield from _layer(form, number)
    yield from _affine("emb_layer_norm_after", "esm.encoder.emb_layer_norm_after", wide)
    if form.contacts:
        yield from _affine("contact_head.regression", CONTACTS, 1, form.layers * form.heads)
    yield from _affine("lm_head.dense", "lm_head.dense", wide, wide)
    yield from _affine("lm_head.layer_norm", "lm_head.layer_norm", wide)
    yield Slot("lm_head.bias", "lm_head.bias", (tokens,))


def rename(checkpoint: Checkpoint, form: Form) -> dict[str, Tensor]:
    """The checkpoint's tensors by the Hub's names, each with its own values and dtype.

    Raises UnusableInput unless the names and shapes are exactly those of the form, and for what transformers cannot
    hold: an output matrix that is not the embedding, rotary frequencies that differ between layers.
    """
    every = tuple(slots(form))
    shapes = {slot.old: slot.shape for slot in every}
    _refuse_other_tensors(checkpoint.tensors, {**shapes, TIED: shapes[EMBEDDING]})
    tensors = {**checkpoint.tensors, EMBEDDING: _embedding(checkpoint, form)}
    renamed = {slot.new: tensors[slot.old] for slot in every}
    _refuse_different_frequencies(renamed)
    return renamed


def _layer(form: Form, number: int) -> Iterator[Slot]:
    old, new = f"layers.{number}.", f"esm.encoder.layer.{number}."
    sizes = {"W": form.width, "F": form.feed_forward}
    for ours, theirs, axes in _IN_EACH_LAYER:
        yield from _affine(old + ours, new + theirs, *(sizes[axis] for axis in axes))
    if form.positions is None:
        yield Slot(old + "self_attn.rot_emb.inv_freq", new + FREQUENCIES[1:], (form.width // form.heads // 2,))


def _affine(old: str, new: str, *shape: int) -> Iterator[Slot]:
    yield Slot(f"{old}.weight", f"{new}.weight", shape)
    yield Slot(f"{old}.bias", f"{new}.bias", shape[:1])


def _refuse_other_tensors(found: Mapping[str, Tensor], expected: Mapping[str, tuple[int, ...]]) -> None:
    missing, extra = expected.keys() - found.keys(), found.keys() - expected.keys()
    other = [
        f"{name} {tuple(found[name].shape)} {found[name].dtype}, expected {shape} of floating point"
        for name, shape in expected.items()
        if name in found and (tuple(found[name].shape) != shape or not found[name].is_floating_point())
    ]
    faults = {"missing": missing, "not of the model": extra, "of another shape": other}
    said = "; ".join(f"{len(names)} tensors {kind} ({some(names)})" for kind, names in faults.items() if names)
    if said:
        raise UnusableInput(f"not exactly the tensors of an ESM-2, ESM-1b or ESM-1v model: {said}")


def _embedding(checkpoint: Checkpoint, form: Form) -> Tensor:
    """The one matrix that fair-esm ends up with for the embedding and the output.

    Its loader zeroes the row of `<mask>` in the embedding of an ESM-1b or ESM-1v download, then copies first the
    embedding and last the output matrix into the same parameter (fair-esm 2.0.0, pretrained.py): zeros stay only
    where the file holds the two as one.
    """
    import torch

    embedding, output = checkpoint.tensors[EMBEDDING], checkpoint.tensors[TIED]
    if not torch.equal(embedding, output):
        raise UnusableInput(f"{TIED} is not {EMBEDDING}: in fair-esm and transformers the two are one matrix")
    if checkpoint.settings and form.positions is not None and embedding.data_ptr() == output.data_ptr():
        embedding = embedding.clone()
        embedding[MASK] = 0
    return embedding


def _refuse_different_frequencies(tensors: Mapping[str, Tensor]) -> None:
    import torch

    found = [tensor for name, tensor in tensors.items() if name.endswith(FREQUENCIES)]
    if not all(torch.equal(tensor, found[0]) for tensor in found):
        raise UnusableInput("the rotary frequencies differ between layers: transformers 5.6 and later keep one set")

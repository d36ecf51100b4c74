"""The safetensors file: its header, checked before anything is loaded, and its tensors against those in memory."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor, nn

from validation.records import Failed
from validation.reference import Shape

#: What the published file holds (FASTESM2.md, fact 7): encoder, lm_head without decoder, 33 x 32 rotary frequencies.
PUBLISHED_VALUES = 651_043_649
DTYPES = ("F32", "F16", "BF16")
ROTARY = ".attention.self.rotary_embeddings.inv_freq"
#: The one set for all layers that stock models keep since transformers 5.6.
STOCK_ROTARY = "rotary_embeddings.inv_freq"
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
PARTIAL = "{file} is partial or damaged ({why}): delete it (in the cache: the folder models--OWNER--NAME) and run again"


@dataclass(frozen=True)
class Stored:
    """One tensor as the header describes it; `stop` is its end in bytes after the header."""

    dtype: str
    shape: tuple[int, ...]
    stop: int

    @property
    def values(self) -> int:
        return math.prod(self.shape)


def weight_files(folder: Path) -> tuple[Path, ...]:
    """The safetensors files of a checkpoint; raises Failed where there is none, a pickle being no substitute."""
    found = tuple(sorted(folder.glob("*.safetensors")))
    if found:
        return found
    pickles = [path.name for path in folder.iterdir() if path.suffix in PICKLES]
    if pickles:
        raise Failed(f"only pickled weights are offered ({', '.join(pickles)}): a pickle can run any code, refused")
    raise Failed(f"no safetensors file in {folder}")


def header(path: Path) -> dict[str, Stored]:
    """Names, dtypes and shapes without loading anything; raises Failed where the file's size contradicts them.

    Format: 8 bytes little-endian length, that many bytes of JSON, then the data (safetensors' README).
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else size
        if length > size - 8:
            raise Failed(PARTIAL.format(file=path.name, why="its header is cut off"))
        try:
            raw: dict[str, Any] = json.loads(file.read(length))
        except ValueError as error:
            raise Failed(PARTIAL.format(file=path.name, why=f"its header is not JSON: {error}")) from error
    raw.pop("__metadata__", None)
    tensors = {
        name: Stored(item["dtype"], tuple(item["shape"]), item["data_offsets"][1]) for name, item in raw.items()
    }
    wanted = 8 + length + max((item.stop for item in tensors.values()), default=0)
    if wanted != size:
        raise Failed(PARTIAL.format(file=path.name, why=f"{size:,} bytes, the header says {wanted:,}"))
    return tensors


def headers(folder: Path) -> dict[str, Stored]:
    return {name: item for path in weight_files(folder) for name, item in header(path).items()}


def tensors(folder: Path) -> dict[str, Tensor]:
    """Every tensor of the checkpoint, on the CPU, in the file's dtype (mapped, not read, until used)."""
    found: dict[str, Tensor] = {}
    for path in weight_files(folder):
        with safe_open(str(path), framework="pt") as file:
            found.update((name, file.get_tensor(name)) for name in file.keys())  # noqa: SIM118
    return found


def expected_shapes(shape: Shape) -> dict[str, tuple[int, ...]]:
    """Every tensor that a checkpoint of this shape holds, under the names of `EsmForMaskedLM`."""
    wide, deep = shape.hidden, shape.feed_forward
    found: dict[str, tuple[int, ...]] = {"esm.embeddings.word_embeddings.weight": (shape.vocabulary, wide)}
    for number in range(shape.layers):
        layer = f"esm.encoder.layer.{number}."
        for part in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"):
            found.update(_affine(layer + part, wide, wide))
        found[layer + ROTARY[1:]] = (shape.head_width // 2,)
        found.update(_affine(layer + "attention.LayerNorm", wide))
        found.update(_affine(layer + "intermediate.dense", deep, wide))
        found.update(_affine(layer + "output.dense", wide, deep))
        found.update(_affine(layer + "LayerNorm", wide))
    found.update(_affine("esm.encoder.emb_layer_norm_after", wide))
    found.update(_affine("lm_head.dense", wide, wide))
    found.update(_affine("lm_head.layer_norm", wide))
    found["lm_head.bias"] = (shape.vocabulary,)
    return found


def short(name: str) -> str:
    """A tensor's name without the wrapper that some classes put around the encoder."""
    return name[len("esm."):] if name.startswith("esm.") else name


def unequal(model: nn.Module, stored: Mapping[str, Tensor]) -> Iterator[str]:
    """The stored tensors that are not, to the last bit after rounding to its dtype, what the model holds.

    Tensors of the language-model head have no place in the encoder and are passed over; stock models since
    transformers 5.6 keep one set of rotary frequencies for all layers.
    """
    held = {short(name): value for name, value in model.state_dict().items()}
    held.update((short(name), value) for name, value in model.named_buffers())
    for name, value in stored.items():
        if name.startswith("lm_head."):
            continue
        own = held.get(short(name))
        if own is None and name.endswith(ROTARY):
            own = held.get(STOCK_ROTARY)
        if own is None or own.shape != value.shape or not _same(own, value):
            yield short(name)


def share(model: nn.Module, stored: Mapping[str, Tensor]) -> None:
    """Let parameters and buffers that equal the file's tensors, type included, be the file's own.

    Several float32 models on a CPU then hold 2.6 GB together instead of each.
    """
    values = {short(name): value for name, value in stored.items()}
    values[STOCK_ROTARY] = values["encoder.layer.0" + ROTARY]
    for path, module in model.named_modules():
        for name, own in (*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)):
            value = values.get(short(f"{path}.{name}" if path else name))
            if value is None or own.dtype != value.dtype or own.shape != value.shape or not _same(own, value):
                continue
            if name in module._buffers:  # its `.data` alone would keep the file's mapping that it was cut from
                module._buffers[name] = value
            else:
                own.data = value


def _same(own: Tensor, value: Tensor) -> bool:
    return torch.equal(own, value.to(own.device).to(own.dtype))


def _affine(name: str, *weight: int) -> dict[str, tuple[int, ...]]:
    return {name + ".weight": weight, name + ".bias": weight[:1]}

"""A complete local checkpoint with random weights, for where there is no hub: it takes the very same code path."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from validation import synthetic_model
from validation.reference import Shape
from validation.weights import expected_shapes

#: `full` is the true shape of FastESM2_650 (FASTESM2.md, "Loading, offline").
SHAPES = {
    "tiny": Shape(hidden=64, layers=3, heads=4, feed_forward=128),
    "full": Shape(hidden=1280, layers=33, heads=20, feed_forward=5120),
}
TOKENS = ("<cls>", "<pad>", "<eos>", "<unk>", *"LAGVSERTIDPKQNFYMHWCXBUZO.-", "<null_1>", "<mask>")
SEED = 20261124


def write(folder: Path, kind: str) -> Path:
    """A checkpoint of a named shape (float32: 2.6 GB for `full`, 0.5 MB for `tiny`)."""
    return write_shape(folder, SHAPES[kind])


def write_shape(folder: Path, shape: Shape) -> Path:
    """Write config, remote code, tokenizer and weights."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config(shape), indent=1), encoding="utf-8")
    (folder / "vocab.txt").write_text("\n".join(TOKENS), encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps(TOKENIZER), encoding="utf-8")
    shutil.copyfile(code_file(), folder / "modeling_fastesm.py")
    save_file(weights(shape), folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def code_file() -> Path:
    """The file that becomes the checkpoint's remote code."""
    return Path(synthetic_model.__file__)


def config(shape: Shape) -> dict[str, Any]:
    """config.json as FastESM2_650 has it, with this shape."""
    return {
        "architectures": ["FastEsmForMaskedLM"], "model_type": "fast_esm", "torch_dtype": "float32",
        "auto_map": {"AutoConfig": "modeling_fastesm.FastEsmConfig", "AutoModel": "modeling_fastesm.FastEsmModel"},
        "hidden_size": shape.hidden, "num_hidden_layers": shape.layers, "num_attention_heads": shape.heads,
        "intermediate_size": shape.feed_forward, "layer_norm_eps": shape.epsilon, "vocab_size": shape.vocabulary,
        "pad_token_id": 1, "mask_token_id": shape.mask_token, "position_embedding_type": "rotary",
        "token_dropout": shape.token_dropout, "emb_layer_norm_before": False, "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0, "max_position_embeddings": 1026, "tie_word_embeddings": False,
    }


def weights(shape: Shape) -> dict[str, Tensor]:
    """Random weights under which every part of the architecture shows: attention is neither flat nor one-hot.

    With a standard deviation of 1.2 / sqrt(hidden), queries and keys give logits of about 1.4.
    """
    generator = torch.Generator().manual_seed(SEED)
    return {name: _fill(name, size, shape, generator) for name, size in expected_shapes(shape).items()}


TOKENIZER = {
    "tokenizer_class": "EsmTokenizer", "cls_token": "<cls>", "pad_token": "<pad>", "eos_token": "<eos>",
    "unk_token": "<unk>", "mask_token": "<mask>", "model_max_length": 1000000000000000019884624838656,
}


def _fill(name: str, size: tuple[int, ...], shape: Shape, generator: torch.Generator) -> Tensor:
    if name.endswith("inv_freq"):
        return frequencies(shape)
    noise = torch.randn(size, generator=generator)
    if name.endswith(("LayerNorm.weight", "layer_norm.weight", "layer_norm_after.weight")):
        return noise.mul_(0.1).add_(1.0)
    if name.endswith("bias"):
        return noise.mul_(0.1)
    return noise.mul_(1.0 if "word_embeddings" in name else 1.2 / size[-1] ** 0.5)


def frequencies(shape: Shape) -> Tensor:
    """Rotary frequencies (head width / 2,), float32: 10000 ** (-2 i / head width)."""
    return 10000 ** (-torch.arange(0, shape.head_width, 2, dtype=torch.float32) / shape.head_width)

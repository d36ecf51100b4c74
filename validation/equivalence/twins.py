"""Twin checkpoints: the same random weights written as a fair-esm download and as a Hub download.

True names, true depth, any width. Weights have a scale near one, so that a wrong layer, a missing attention
mask or a missing final layer norm moves the results by far more than rounding does.
"""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

import torch
from safetensors.torch import save_file

from validation.equivalence.weights import (
    CHECKPOINTS,
    MASK,
    VOCABULARY,
    Architecture,
    Weights,
    random_weights,
    to_hub_name,
)

WIDTH, HEADS = 64, 4
REVISION = "0123456789abcdef0123456789abcdef01234567"


@dataclass(frozen=True)
class Size:
    """Features of each layer and attention heads; they split the features evenly, an even number for each."""

    width: int = WIDTH
    heads: int = HEADS


@dataclass(frozen=True)
class Twins:
    """The two caches: `environment` is what a program needs to find them."""

    root: Path

    @property
    def torch_home(self) -> Path:
        return self.root / "torch"

    @property
    def hf_home(self) -> Path:
        return self.root / "hf"

    @property
    def environment(self) -> dict[str, str]:
        return {"TORCH_HOME": str(self.torch_home), "HF_HOME": str(self.hf_home), "HF_HUB_OFFLINE": "1"}

    def snapshot(self, name: str) -> Path:
        """The folder of `facebook/NAME` in the Hub cache."""
        return self.hf_home / "hub" / f"models--facebook--{name}" / "snapshots" / REVISION


def size_of(name: str, width: Optional[int] = WIDTH) -> Size:
    """The size of a twin of the named checkpoint; None asks for the published width.

    Raises ValueError for a width that no number of heads splits into even parts.
    """
    published = CHECKPOINTS[name]
    if width is None or width == published.width:
        return Size(published.width, published.heads)
    for heads in (HEADS, published.heads, 2, 1):
        if width > 0 and width % (2 * heads) == 0:
            return Size(width, heads)
    raise ValueError(f"{width} features cannot be split among attention heads: give an even number")


def write_twins(
    root: Path, names: Iterable[str], width: Optional[int] = WIDTH, heads: Optional[int] = None
) -> Twins:
    """Write each named checkpoint twice below `root`, unless it is there already; a width of None is the true one.

    Raises `KeyError` for a name that has no counterpart in transformers.
    """
    twins = Twins(root)
    _write_hub_repository(twins.torch_home / "hub")
    for name in sorted(set(names)):
        if not twins.snapshot(name).exists():
            size = Size(width, heads) if width and heads else size_of(name, width)
            weights = random_weights(name, CHECKPOINTS[name], size.width, size.heads)
            _write_fair_esm(twins, name, weights, size.width, size.heads)
            _write_hub(twins, name, weights, size.width, size.heads)
    return twins


def _write_fair_esm(twins: Twins, name: str, weights: Weights, width: int, heads: int) -> None:
    folder = twins.torch_home / "hub" / "checkpoints"
    folder.mkdir(parents=True, exist_ok=True)
    regression = {key: value for key, value in weights.items() if key.startswith("contact_head")}
    body = {key: value for key, value in weights.items() if key not in regression}
    body["lm_head.weight"] = weights["embed_tokens.weight"]
    torch.save(_fair_esm_file(CHECKPOINTS[name], body, width, heads), folder / f"{name}.pt")
    if regression:
        torch.save({"model": regression}, folder / f"{name}-contact-regression.pt")


def _fair_esm_file(architecture: Architecture, body: Weights, width: int, heads: int) -> dict[str, object]:
    def prefixed(key: str) -> str:
        return f"encoder.{key}" if key.startswith("lm_head") else f"encoder.sentence_encoder.{key}"

    model = {prefixed(key): value for key, value in body.items()}
    settings = Namespace(
        arch="roberta_large",
        max_positions=1024,
        token_dropout=True,
        encoder_layers=architecture.layers,
        encoder_embed_dim=width,
        encoder_attention_heads=heads,
        encoder_ffn_embed_dim=4 * width,
    )
    return (
        {"cfg": {"model": settings}, "model": model}
        if architecture.rotary
        else {"args": settings, "model": model}
    )


def _write_hub(twins: Twins, name: str, weights: Weights, width: int, heads: int) -> None:
    folder = twins.snapshot(name)
    folder.mkdir(parents=True, exist_ok=True)
    reference = folder.parent.parent / "refs" / "main"
    reference.parent.mkdir(exist_ok=True)
    reference.write_text(REVISION)
    architecture = CHECKPOINTS[name]
    tensors = {to_hub_name(key): value for key, value in weights.items()}
    if architecture.rotary:  # the Hub's files carry position embeddings that nothing may use
        tensors["esm.embeddings.position_embeddings.weight"] = torch.ones(1026, width)
    if name.startswith("esm1v"):  # the Hub has no safetensors file for ESM-1v
        torch.save(tensors, folder / "pytorch_model.bin")
    else:
        save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    (folder / "config.json").write_text(json.dumps(_hub_config(architecture, width, heads), indent=2))
    write_tokenizer(folder)


def write_tokenizer(folder: Path) -> None:
    """The tokenizer files of facebook/esm2_*: the same 33 tokens in every repository."""
    special = {f"{role}_token": f"<{role}>" for role in ("cls", "eos", "mask", "pad", "unk")}
    settings = {
        "tokenizer_class": "EsmTokenizer",
        "model_max_length": 10**30,
        "clean_up_tokenization_spaces": True,
    }
    (folder / "vocab.txt").write_text("\n".join(VOCABULARY))
    (folder / "special_tokens_map.json").write_text(json.dumps(special, indent=2))
    (folder / "tokenizer_config.json").write_text(json.dumps({**settings, **special}, indent=2))


def _hub_config(architecture: Architecture, width: int, heads: int) -> dict[str, object]:
    return {
        "architectures": ["EsmForMaskedLM"],
        "model_type": "esm",
        "attention_probs_dropout_prob": 0.0,
        "hidden_dropout_prob": 0.0,
        "classifier_dropout": None,
        "emb_layer_norm_before": architecture.norm_before,
        "esmfold_config": None,
        "hidden_size": width,
        "initializer_range": 0.02,
        "intermediate_size": 4 * width,
        "is_folding_model": False,
        "layer_norm_eps": 1e-05,
        "mask_token_id": MASK,
        "max_position_embeddings": 1026,
        "num_attention_heads": heads,
        "num_hidden_layers": architecture.layers,
        "pad_token_id": VOCABULARY.index("<pad>"),
        "position_embedding_type": "rotary" if architecture.rotary else "absolute",
        "token_dropout": True,
        "torch_dtype": "float32",
        "use_cache": True,
        "vocab_list": None,
        "vocab_size": len(VOCABULARY),
    }


def _write_hub_repository(hub: Path) -> None:
    """What torch.hub.load("facebookresearch/esm:main", ...) leaves behind; esm itself is the installed one."""
    repository = hub / "facebookresearch_esm_main"
    repository.mkdir(parents=True, exist_ok=True)
    (repository / "hubconf.py").write_text('dependencies = ["torch"]\nfrom esm.pretrained import *\n')
    (hub / "trusted_list").write_text("facebookresearch_esm\n")

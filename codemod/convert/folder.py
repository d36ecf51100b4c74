"""What a transformers folder of an ESM model holds, written whole beside its place or not at all."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from codemod.applying.durable import sync_folder
from codemod.convert.form import Form
from codemod.convert.keymap import POSITIONS
from codemod.convert.tokenizer import MASK, PADDING, VOCABULARY, special_tokens, tokenizer_config
from codemod.convert.wording import shown
from codemod.errors import Refused, UnusableInput

if TYPE_CHECKING:
    from torch import Tensor

WEIGHTS = "model.safetensors"
_ROTARY_POSITIONS = 1026  # rows of a table that is never read, as in the Hub's ESM-2 files


def refuse_taken(out: Path) -> None:
    """Raises Refused unless `out` is free: nothing there, or an empty folder, in a folder that exists."""
    if os.path.lexists(out) and (out.is_symlink() or not out.is_dir() or any(out.iterdir())):
        raise Refused(f"{shown(out)} exists and is not an empty folder: nothing is overwritten, choose another place")
    if not out.absolute().parent.is_dir():
        raise UnusableInput(f"{shown(out.absolute().parent)}, where {shown(out)} would be, is no folder")


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """A folder beside `out` that becomes `out` when the block ends well, and is removed otherwise.

    Raises Refused, from the rename, where something else came to stand at `out` meanwhile.
    """
    partial = out.absolute().with_name(f".{out.absolute().name}.{secrets.token_hex(4)}.partial")
    partial.mkdir()
    try:
        yield partial
        _make_durable(partial)
        refuse_taken(out)
        if out.is_dir():
            out.rmdir()  # Windows renames over nothing that exists; a folder that is not empty stays
        partial.rename(out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    sync_folder(out.absolute().parent)


def write(folder: Path, form: Form, tensors: Mapping[str, Tensor]) -> None:
    """Weights, configuration and tokenizer, by the names that `from_pretrained` looks for."""
    from safetensors.torch import save_file

    texts = {
        "config.json": _json(config(form)),
        "vocab.txt": "\n".join(VOCABULARY),
        "tokenizer_config.json": _json(tokenizer_config(form.positions)),
        "special_tokens_map.json": _json(special_tokens()),
    }
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode())
    save_file(_apart(tensors), folder / WEIGHTS, {"format": "pt"})
    shutil.copymode(folder / "config.json", folder / WEIGHTS)  # safetensors makes it for its owner alone


def unused(form: Form) -> dict[str, Tensor]:
    """A table of positions that ESM-2 never reads: transformers up to 4.55 warns about a folder without it."""
    import torch

    return {} if form.positions is not None else {POSITIONS: torch.zeros(_ROTARY_POSITIONS, form.width)}


def config(form: Form) -> dict[str, object]:
    """The Hub's own configuration of facebook/esm2_*, esm1b_* and esm1v_*, with this form's numbers.

    The dtype is float32 whatever the file holds: fair-esm's models are, and its largest downloads are float16.
    """
    return {
        "architectures": ["EsmForMaskedLM"],
        "model_type": "esm",
        "attention_probs_dropout_prob": 0.0,
        "classifier_dropout": None,
        "emb_layer_norm_before": form.norm_before,
        "esmfold_config": None,
        "hidden_dropout_prob": 0.0,
        "hidden_size": form.width,
        "initializer_range": 0.02,
        "intermediate_size": form.feed_forward,
        "is_folding_model": False,
        "layer_norm_eps": 1e-05,
        "mask_token_id": MASK,
        "max_position_embeddings": form.positions or _ROTARY_POSITIONS,
        "num_attention_heads": form.heads,
        "num_hidden_layers": form.layers,
        "pad_token_id": PADDING,
        "position_embedding_type": "rotary" if form.positions is None else "absolute",
        "tie_word_embeddings": True,
        "token_dropout": form.token_dropout,
        "torch_dtype": "float32",
        "use_cache": True,
        "vocab_list": None,
        "vocab_size": len(VOCABULARY),
    }


def _apart(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Each tensor in its own memory, as safetensors wants it; only those that share are copied."""
    found: dict[str, Tensor] = {}
    seen: set[int] = set()
    for name, tensor in tensors.items():
        place = tensor.untyped_storage().data_ptr()
        found[name] = tensor.clone() if place in seen else tensor.contiguous()
        seen.add(place)
    return found


def _json(content: Mapping[str, object]) -> str:
    return json.dumps(content, indent=2) + "\n"


def _make_durable(folder: Path) -> None:
    for path in folder.iterdir():
        with path.open("rb+") as file:  # Windows syncs only what is open for writing
            os.fsync(file.fileno())
    sync_folder(folder)

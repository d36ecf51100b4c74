"""Models and tokenizers from a folder, offline: through the remote code, or through stock `EsmModel`."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

import torch
import transformers
from torch import Tensor, nn

from validation.snapshot import offline
from validation.weights import short

#: What the file does not hold, and what of the file the encoder does not take (FASTESM2.md, fact 7).
MISSING = frozenset(
    {"pooler.dense.weight", "pooler.dense.bias", "contact_head.regression.weight", "contact_head.regression.bias"}
)
UNEXPECTED = frozenset(
    f"lm_head.{name}" for name in ("bias", "dense.weight", "dense.bias", "layer_norm.weight", "layer_norm.bias")
)


@dataclass(frozen=True)
class Loaded:
    """A model in eval mode on its device, and the keys transformers says it did not find or did not want."""

    model: nn.Module
    missing: frozenset[str]
    unexpected: frozenset[str]

    @torch.inference_mode()
    def __call__(self, ids: Tensor, mask: Optional[Tensor]) -> Tensor:
        """Ids and mask (batch, length) to the last hidden state (batch, length, hidden), in the model's dtype."""
        found: Tensor = self.model(input_ids=ids, attention_mask=mask).last_hidden_state
        return found

    @torch.inference_mode()
    def by_hand(self, ids: Tensor, mask: Optional[Tensor]) -> Tensor:
        """The same through the path that the model takes when attentions are asked for."""
        found: Tensor = self.model(
            input_ids=ids, attention_mask=mask, output_attentions=True
        ).last_hidden_state
        return found


def load_remote(folder: Path, dtype: torch.dtype, device: torch.device) -> Loaded:
    """`AutoModel` with `trust_remote_code`: call it only after the code was compared with the trusted one."""
    return _load(transformers.AutoModel, folder, dtype, device, trust_remote_code=True)


def load_stock(
    folder: Path, config: Mapping[str, Any], dtype: torch.dtype, device: torch.device, attention: str
) -> Loaded:
    """transformers' own `EsmModel` on the same weights, attention `eager` or `sdpa`.

    Raises ValueError or ImportError where this version has no such attention.
    """
    names = set(inspect.signature(transformers.EsmConfig.__init__).parameters)
    own = transformers.EsmConfig(**{name: value for name, value in config.items() if name in names})
    return _load(transformers.EsmModel, folder, dtype, device, config=own, attn_implementation=attention)


def load_tokenizer(folder: Path) -> Any:
    """The tokenizer of the folder; transformers' slow and fast classes share no useful type."""
    with offline(), _quiet():
        return transformers.AutoTokenizer.from_pretrained(str(folder), trust_remote_code=False)


def _load(factory: Any, folder: Path, dtype: torch.dtype, device: torch.device, **options: Any) -> Loaded:
    # `torch_dtype`, since transformers 4.45 silently ignores `dtype`, and never `.half()` afterwards: that
    # rounds the rotary frequencies too (FASTESM2.md, fact 8)
    with offline(), _quiet():
        model, info = factory.from_pretrained(
            str(folder), torch_dtype=dtype, output_loading_info=True, **options
        )
    model.eval()
    keys = (frozenset(short(name) for name in info[kind]) for kind in ("missing_keys", "unexpected_keys"))
    return Loaded(model.to(device), *keys)


@contextmanager
def _quiet() -> Iterator[None]:
    """No report of missing keys and no bars: the checks say the same with numbers."""
    log: Any = transformers.utils.logging
    level, bars = log.get_verbosity(), log.is_progress_bar_enabled()
    log.set_verbosity_error()
    log.disable_progress_bar()
    try:
        yield
    finally:
        log.set_verbosity(level)
        if bars:
            log.enable_progress_bar()

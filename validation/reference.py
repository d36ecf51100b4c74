"""ESM-2's encoder written from its architecture, for reading: what the weights mean, in float32 and step by step.

Nothing here comes from transformers or from the model's own code, so agreement with it is evidence. Sources: Lin et
al. 2023 (ESM-2), Su et al. 2021 (rotary position), and fair-esm's rescaling for masked tokens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Callable

import torch
import torch.nn.functional as F
from einops import rearrange, repeat
from torch import Tensor

Attend = Callable[[Tensor, Tensor, Tensor, Tensor], Tensor]

#: Share of tokens replaced by <mask> in pre-training: 15 % were chosen, 80 % of those masked.
MASKED_IN_TRAINING = 0.15 * 0.8


@dataclass(frozen=True)
class Shape:
    """The numbers of a config.json that say what the weights mean."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int = 33
    epsilon: float = 1e-5
    mask_token: int = 32
    token_dropout: bool = True

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Shape:
        return cls(
            config["hidden_size"], config["num_hidden_layers"], config["num_attention_heads"],
            config["intermediate_size"], config["vocab_size"], config["layer_norm_eps"], config["mask_token_id"],
            config["token_dropout"],
        )

    @property
    def head_width(self) -> int:
        return self.hidden // self.heads

    def flops(self, length: int, tokens: int) -> float:
        """Arithmetic of one forward pass: `tokens` of them, each attending to `length`."""
        dense = 2 * self.layers * (4 * self.hidden**2 + 2 * self.hidden * self.feed_forward)
        return float(tokens) * (dense + 4 * self.layers * self.hidden * length)


def eager(query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
    """Softmax attention in plain steps; all (batch, heads, length, width), mask (batch, 1, 1, length) true = real."""
    scores = query @ key.transpose(-1, -2)
    return scores.masked_fill(~mask, float("-inf")).softmax(dim=-1) @ value


def sdpa(query: Tensor, key: Tensor, value: Tensor, mask: Tensor) -> Tensor:
    """The same in one fused call; queries are scaled already."""
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask, scale=1.0)


class Reference:
    """The encoder on a file's tensors (names of `EsmForMaskedLM`); ids and mask (batch, length) give (batch, length,
    hidden) in the tensors' dtype. Rotary frequencies stay as they are in the file: they must be float32."""

    def __init__(self, tensors: Mapping[str, Tensor], shape: Shape, attend: Attend = eager) -> None:
        self.tensors = {name.split("esm.", 1)[-1]: tensor for name, tensor in tensors.items()}
        self.shape = shape
        self.attend = attend

    @torch.inference_mode()
    def __call__(self, ids: Tensor, mask: Tensor) -> Tensor:
        real = mask.bool()
        x = self._embed(ids, real)
        turn = self._rotation(ids.shape[1], x)
        for number in range(self.shape.layers):
            x = self._layer(f"encoder.layer.{number}.", x, real[:, None, None, :], turn)
        return self._norm("encoder.emb_layer_norm_after", x)

    def _embed(self, ids: Tensor, real: Tensor) -> Tensor:
        x = self.tensors["embeddings.word_embeddings.weight"][ids]
        if self.shape.token_dropout:
            masked = ids == self.shape.mask_token
            share = masked.sum(-1).float() / real.sum(-1)
            x = x.masked_fill(masked[..., None], 0.0)
            x = (x * ((1 - MASKED_IN_TRAINING) / (1 - share))[:, None, None]).to(x.dtype)
        return x * real[..., None]

    def _layer(self, layer: str, x: Tensor, mask: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
        y = self._norm(layer + "attention.LayerNorm", x)
        query, key, value = (
            rearrange(self._linear(f"{layer}attention.self.{part}", y), "b l (h d) -> b h l d", h=self.shape.heads)
            for part in ("query", "key", "value")
        )
        query = query * self.shape.head_width**-0.5
        found = self.attend(_rotate(query, *turn), _rotate(key, *turn), value, mask)
        x = x + self._linear(layer + "attention.output.dense", rearrange(found, "b h l d -> b l (h d)"))
        y = F.gelu(self._linear(layer + "intermediate.dense", self._norm(layer + "LayerNorm", x)))
        return x + self._linear(layer + "output.dense", y)

    def _rotation(self, length: int, x: Tensor) -> tuple[Tensor, Tensor]:
        frequencies = self.tensors["encoder.layer.0.attention.self.rotary_embeddings.inv_freq"].float()
        angles = torch.outer(torch.arange(length, device=x.device, dtype=torch.float32), frequencies)
        both = repeat(angles, "l d -> l (two d)", two=2)
        return both.cos().to(x.dtype), both.sin().to(x.dtype)

    def _linear(self, name: str, x: Tensor) -> Tensor:
        return F.linear(x, self.tensors[name + ".weight"], self.tensors[name + ".bias"])

    def _norm(self, name: str, x: Tensor) -> Tensor:
        weight, bias = self.tensors[name + ".weight"], self.tensors[name + ".bias"]
        return F.layer_norm(x, (self.shape.hidden,), weight, bias, self.shape.epsilon)


def _rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn each pair (x[i], x[i + width / 2]) by its position's angle."""
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-second, first), dim=-1) * sin

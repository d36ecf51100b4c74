"""The remote code of a synthetic checkpoint: copied next to its weights and loaded with `trust_remote_code`.

It stands in for FastESM2's own file where there is no hub: the same names of tensors, the same two attention paths
(fused, and by hand where attentions are asked for), in our own words. It imports nothing of this project.
"""
# transformers' base classes are untyped, and their arguments differ from release to release
# mypy: disable-error-code="no-untyped-call, no-any-return, call-arg, misc"

from typing import Any, ClassVar, Optional

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import BaseModelOutputWithPoolingAndCrossAttentions as Output


class FastEsmConfig(PretrainedConfig):
    model_type = "fast_esm"

    def __init__(
        self, vocab_size: int = 33, mask_token_id: int = 32, pad_token_id: int = 1, hidden_size: int = 64,
        num_hidden_layers: int = 3, num_attention_heads: int = 4, intermediate_size: int = 128,
        attention_probs_dropout_prob: float = 0.0, layer_norm_eps: float = 1e-5, token_dropout: bool = True,
        **rest: Any,
    ) -> None:
        super().__init__(pad_token_id=pad_token_id, **rest)
        self.vocab_size, self.mask_token_id, self.token_dropout = vocab_size, mask_token_id, token_dropout
        self.hidden_size, self.intermediate_size = hidden_size, intermediate_size
        self.num_hidden_layers, self.num_attention_heads = num_hidden_layers, num_attention_heads
        self.attention_probs_dropout_prob, self.layer_norm_eps = attention_probs_dropout_prob, layer_norm_eps


class Embeddings(nn.Module):
    def __init__(self, config: Any) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(config.vocab_size, config.hidden_size, padding_idx=config.pad_token_id)
        self.mask_token_id, self.token_dropout = config.mask_token_id, config.token_dropout

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        x = self.word_embeddings(ids)
        if self.token_dropout:
            masked = ids.eq(self.mask_token_id)
            kept = 1 - masked.sum(-1).float() / mask.sum(-1)
            x = (x.masked_fill(masked.unsqueeze(-1), 0) * (0.88 / kept)[:, None, None]).to(x.dtype)
        return x * mask.unsqueeze(-1).to(x.dtype)


class Rotary(nn.Module):
    inv_freq: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        steps = torch.arange(0, width, 2, dtype=torch.int64).float()
        self.register_buffer("inv_freq", 10000 ** (-steps / width))

    def forward(self, x: Tensor) -> Tensor:
        angles = torch.outer(torch.arange(x.shape[-2], device=x.device).type_as(self.inv_freq), self.inv_freq)
        angles = torch.cat((angles, angles), dim=-1)
        left, right = x.chunk(2, dim=-1)
        return x * angles.cos().to(x.dtype) + torch.cat((-right, left), dim=-1) * angles.sin().to(x.dtype)


class SelfAttention(nn.Module):
    def __init__(self, config: Any) -> None:
        super().__init__()
        self.heads, self.dropout = config.num_attention_heads, config.attention_probs_dropout_prob
        self.scale = (config.hidden_size // self.heads) ** -0.5
        self.query = nn.Linear(config.hidden_size, config.hidden_size)
        self.key = nn.Linear(config.hidden_size, config.hidden_size)
        self.value = nn.Linear(config.hidden_size, config.hidden_size)
        self.rotary_embeddings = Rotary(config.hidden_size // self.heads)

    def split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def forward(self, x: Tensor, mask: Tensor, by_hand: bool) -> tuple[Tensor, Optional[Tensor]]:
        query = self.rotary_embeddings(self.split(self.query(x)) * self.scale)
        key = self.rotary_embeddings(self.split(self.key(x)))
        value = self.split(self.value(x))
        if not by_hand:
            found = F.scaled_dot_product_attention(
                query, key, value, attn_mask=mask, dropout_p=self.dropout, scale=1.0)
            return found.transpose(1, 2).flatten(2), None
        scores = query @ key.transpose(-1, -2)
        weights = scores.masked_fill(mask.logical_not(), float("-inf")).softmax(dim=-1)
        return (weights @ value).transpose(1, 2).flatten(2), weights


class Dense(nn.Module):
    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.dense = nn.Linear(before, after)

    def forward(self, x: Tensor) -> Tensor:
        return self.dense(x)


class Attention(nn.Module):
    def __init__(self, config: Any) -> None:
        super().__init__()
        self.self = SelfAttention(config)
        self.output = Dense(config.hidden_size, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def forward(self, x: Tensor, mask: Tensor, by_hand: bool) -> tuple[Tensor, Optional[Tensor]]:
        found, weights = self.self(self.LayerNorm(x), mask, by_hand)
        return x + self.output(found), weights


class Layer(nn.Module):
    def __init__(self, config: Any) -> None:
        super().__init__()
        self.attention = Attention(config)
        self.intermediate = Dense(config.hidden_size, config.intermediate_size)
        self.output = Dense(config.intermediate_size, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def forward(self, x: Tensor, mask: Tensor, by_hand: bool) -> tuple[Tensor, Optional[Tensor]]:
        x, weights = self.attention(x, mask, by_hand)
        return x + self.output(F.gelu(self.intermediate(self.LayerNorm(x)))), weights


class Stack(nn.Module):
    def __init__(self, config: Any) -> None:
        super().__init__()
        self.layer = nn.ModuleList(Layer(config) for _ in range(config.num_hidden_layers))
        self.emb_layer_norm_after = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)


class ContactHead(nn.Module):
    def __init__(self, config: Any) -> None:
        super().__init__()
        self.regression = nn.Linear(config.num_hidden_layers * config.num_attention_heads, 1)


class Encoder(nn.Module):
    def __init__(self, config: Any) -> None:
        super().__init__()
        self.embeddings, self.encoder = Embeddings(config), Stack(config)
        self.contact_head = ContactHead(config)

    def forward(
        self, ids: Tensor, mask: Tensor, by_hand: bool
    ) -> tuple[tuple[Tensor, ...], Optional[tuple[Tensor, ...]]]:
        x, states, maps = self.embeddings(ids, mask), [], []
        allowed = mask[:, None, None, :].expand(-1, 1, ids.shape[1], -1).bool()
        for layer in self.encoder.layer:
            states.append(x)
            x, weights = layer(x, allowed, by_hand)
            maps.append(weights)
        return (*states, self.encoder.emb_layer_norm_after(x)), tuple(maps) if by_hand else None


class FastEsmModel(PreTrainedModel):
    config_class = FastEsmConfig
    base_model_prefix = "fastesm"
    all_tied_weights_keys: ClassVar[dict[str, str]] = {}

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.esm, self.pooler = Encoder(config), Dense(config.hidden_size, config.hidden_size)
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, (nn.Linear, nn.Embedding)):
            module.weight.data.normal_(std=0.02)

    def get_input_embeddings(self) -> nn.Module:
        return self.embeddings.word_embeddings  # type: ignore[union-attr, return-value]  # as broken as theirs

    def forward(
        self, input_ids: Tensor, attention_mask: Optional[Tensor] = None, output_attentions: bool = False,
        output_hidden_states: bool = False, **_: Any,
    ) -> Output:
        mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        states, maps = self.esm(input_ids, mask, bool(output_attentions))
        pooled = torch.tanh(self.pooler(states[-1][:, 0]))
        kept = states if output_hidden_states else None
        return Output(last_hidden_state=states[-1], pooler_output=pooled, hidden_states=kept, attentions=maps)

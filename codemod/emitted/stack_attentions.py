import torch


def stack_attentions(attentions, mask):
    """Attention maps as (batch, layer, head, token, token), zero where either token is padding (mask is False)."""
    pairs = mask[:, None, :] & mask[:, :, None]
    return torch.stack(attentions, dim=1) * pairs[:, None, None]

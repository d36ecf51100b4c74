from typing import List, Tuple

import torch
import esm


class Embedder:
    """Keeps a model and hands out vectors."""

    def __init__(self, layer: int = 33, device: str = "cpu"):
        self.layer = layer
        self.device = device
        self.model, self.alphabet = esm.pretrained.esm2_t33_650M_UR50D()
        self.model = self.model.to(device)
        self.model.eval()
        self.batch_converter = self.alphabet.get_batch_converter()

    @torch.no_grad()
    def embed(self, batch: List[Tuple[str, str]]) -> torch.Tensor:
        labels, strs, tokens = self.batch_converter(batch)
        tokens = tokens.to(self.device)
        results = self.model(tokens, repr_layers=[self.layer], return_contacts=False)
        representations = results["representations"][self.layer]
        mask = tokens != self.alphabet.padding_idx
        mask = mask & (tokens != self.alphabet.cls_idx) & (tokens != self.alphabet.eos_idx)
        weights = mask.unsqueeze(-1).float()
        return (representations * weights).sum(1) / weights.sum(1)

    @torch.no_grad()
    def likelihood(self, sequence: str) -> torch.Tensor:
        _, _, tokens = self.batch_converter([("one", sequence)])
        logits = self.model(tokens.to(self.device))["logits"]
        chosen = torch.log_softmax(logits, -1).gather(-1, tokens.unsqueeze(-1))
        return chosen[0, 1:-1, 0]

import sys

import torch
import torch.nn as nn
import esm


class Regressor(nn.Module):
    def __init__(self, trainable):
        super().__init__()
        self.esm, self.alphabet = esm.pretrained.esm2_t6_8M_UR50D()
        for parameter in self.esm.parameters():
            parameter.requires_grad_(False)
        for layer in self.esm.layers[-trainable:]:
            for parameter in layer.parameters():
                parameter.requires_grad_(True)
        for parameter in self.esm.emb_layer_norm_after.parameters():
            parameter.requires_grad_(True)
        torch.manual_seed(1)
        self.out = nn.Linear(self.esm.embed_dim, 1)

    def forward(self, tokens):
        states = self.esm(tokens, repr_layers=[self.esm.num_layers])["representations"][self.esm.num_layers]
        return self.out(states[:, 0]).squeeze(-1)


model = Regressor(trainable=2)
_, _, tokens = model.alphabet.get_batch_converter()([("a", "MKLVAPRTMK"), ("b", "MGG"), ("c", "MWW")])
optimiser = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=1e-3)
losses = []
for _ in range(3):
    optimiser.zero_grad()
    loss = ((model(tokens) - torch.tensor([0.1, 0.2, 0.3])) ** 2).mean()
    loss.backward()
    optimiser.step()
    losses.append(loss.detach())
count = sum(p.numel() for p in model.parameters() if p.requires_grad)
torch.save({"losses": torch.stack(losses), "trained": count, "answer": model(tokens).detach()}, sys.argv[1])

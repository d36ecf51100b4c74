import sys

import torch
import torch.nn as nn
import esm


class Regressor(nn.Module):
    def __init__(self, trainable):
        super().__init__()
        self.model, self.alphabet = esm.pretrained.esm2_t33_650M_UR50D()
        for parameter in self.model.parameters():
            parameter.requires_grad_(False)
        for layer in self.model.layers[-trainable:]:
            for parameter in layer.parameters():
                parameter.requires_grad_(True)
        torch.manual_seed(1)
        self.out = nn.Linear(self.model.embed_dim, 1)

    def forward(self, tokens):
        return self.out(self.model(tokens, repr_layers=[33])["representations"][33][:, 0]).squeeze(-1)


net = Regressor(trainable=1)
_, _, tokens = net.alphabet.get_batch_converter()([("a", "MKLVAPRTMK"), ("b", "MGG"), ("c", "MWW")])
optimizer = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], lr=1e-3)
losses = []
for _ in range(3):
    optimizer.zero_grad()
    loss = ((net(tokens) - torch.tensor([0.1, 0.2, 0.3])) ** 2).mean()
    loss.backward()
    optimizer.step()
    losses.append(loss.detach())
torch.save({"losses": torch.stack(losses), "answer": net(tokens).detach()}, sys.argv[1])

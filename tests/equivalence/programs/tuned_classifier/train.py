"""Keeps the best parameters in memory, and the last ones in a file with other things beside them."""

import copy

import torch

from network import Classifier

torch.manual_seed(5)
net = torch.nn.DataParallel(Classifier())
converter = net.module.alphabet.get_batch_converter()
_, _, tokens = converter([("a", "MKTVRQERLKSIVRILER"), ("b", "MSEQ"), ("c", "ACDEFGHIK")])
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
best, least = None, float("inf")
for epoch in range(4):
    optimizer.zero_grad()
    loss = torch.nn.functional.cross_entropy(net(tokens), torch.tensor([0, 1, 2]))
    loss.backward()
    optimizer.step()
    if loss.item() < least:
        least, best = loss.item(), copy.deepcopy(net.state_dict())
net.load_state_dict(best)
torch.save({"epoch": epoch, "model": net.state_dict(), "loss": least}, "classifier.pt")

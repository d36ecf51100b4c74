import sys

import esm
import torch

model, alphabet = esm.pretrained.esm2_t6_8M_UR50D()
model = model.eval()
batch_converter = alphabet.get_batch_converter()
_, _, tokens = batch_converter([("a", "MKTVRQERLK"), ("b", "GG"), ("c", "AEAAAKE<mask>AA")])


@torch.no_grad()
def all_layers():
    results = model(tokens, repr_layers=range(model.num_layers + 1))
    return torch.stack([results["representations"][i] for i in range(model.num_layers + 1)])


@torch.no_grad()
def by_items(n):
    results = model(tokens, repr_layers=list(range(n)))
    means = {layer: states.mean(1) for layer, states in results["representations"].items()}
    return torch.stack(list(means.values())), torch.tensor(list(means))


@torch.no_grad()
def some():
    results = model(tokens, repr_layers=[i for i in range(2, 6)])
    stacked = torch.stack(list(results["representations"].values()))
    last = model(tokens, repr_layers=[*range(7)])["representations"][6]
    return stacked, last, model(tokens, repr_layers=range(7))["representations"]


middle, end, each = some()
found = {"all": all_layers(), "middle": middle, "end": end}
found.update((f"layer {number}", states) for number, states in each.items())
for n in (1, 4, 7, 9):
    found[f"means {n}"], found[f"numbers {n}"] = by_items(n)
torch.save(found, sys.argv[1])

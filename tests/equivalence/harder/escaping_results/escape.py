import sys

import torch
import esm
from tools import summarise


def forward(tokens, model):
    with torch.no_grad():
        return model(tokens, repr_layers=[3, 6])


model, alphabet = esm.pretrained.esm2_t6_8M_UR50D()
model.eval()
labels, _, tokens = alphabet.get_batch_converter()([("a", "MKLVAPRTMK"), ("b", "MGG")])
results = forward(tokens, model)
lengths = (tokens != alphabet.padding_idx).sum(1).tolist()
torch.save(
    {"labels": labels, "keys": sorted(results["representations"]), "means": summarise(results, lengths)},
    sys.argv[1],
)

import sys

import torch
import esm

FACTORIES = {
    "8M": (esm.pretrained.esm2_t6_8M_UR50D, 6),
    "35M": (esm.pretrained.esm2_t12_35M_UR50D, 12),
}

size, out = sys.argv[1:]
factory, layer = FACTORIES[size]
model, alphabet = factory()
model.eval()
_, _, tokens = alphabet.get_batch_converter()([("a", "MKLV"), ("b", "MKLVWYHA")])
with torch.no_grad():
    torch.save(model(tokens, repr_layers=[layer])["representations"][layer][:, 1:], out)

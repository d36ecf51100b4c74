import sys

import esm
import torch

model, alphabet = esm.pretrained.esm2_t6_8M_UR50D()
model.eval()
labels, strs, toks = alphabet.get_batch_converter()([("b", "MKLV"), ("a", "MKAGFWYQEDNSTPRH")])
with torch.no_grad():
    out = model(toks, repr_layers=[6])["representations"][6]
torch.save({"labels": labels, "states": [out[i, 1 : len(s) + 1] for i, s in enumerate(strs)]}, sys.argv[1])

import sys

import torch
import esm

model, alphabet = esm.pretrained.esm2_t33_650M_UR50D()
model.eval()
convert = alphabet.get_batch_converter()
labels, strs, tokens = convert([("a", "MSKGEELFTGVVPILVELDGDV"), ("b", "MRSSKNVIKEF"), ("c", "GSHM<mask>ENLYFQS")])


def embed(tokens, layer=33):
    return model(tokens, repr_layers=[layer])["representations"][layer]


with torch.no_grad():
    out = model(tokens, repr_layers=[0, 12, 33])
    middle = model(tokens, repr_layers=[20])["representations"][20]
    chosen = torch.stack([embed(tokens, layer)[:, 1:11].mean(1) for layer in (1, 33)])
pooled = {layer: [states[i, 1 : len(s) - 5].mean(0) for i, s in enumerate(strs)] for layer, states in out["representations"].items()}
torch.save({"labels": labels, "pooled": pooled, "middle": middle[:, :11], "chosen": chosen}, sys.argv[1])
print(sorted(pooled), middle.dtype, chosen.shape)

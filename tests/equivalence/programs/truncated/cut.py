import os
import sys

import torch
import esm

MAX_LENGTH = 20
model, alphabet = esm.pretrained.esm2_t6_8M_UR50D()
model.eval()
batch_converter = alphabet.get_batch_converter(MAX_LENGTH)
data = [
    ("long", "MKVLAAGIVGLCAKAYLSEWMKVLAAGIVGLCAKAYLSEW"),
    ("exact", "MKVLAAGIVGLCAKAYLSEW"),
    ("short", "MKVLA"),
    ("masked", "MK<mask>LAAGIV<mask>LCAKAYLSEWMKVLA"),
]
labels, strs, tokens = batch_converter(data)
print(tokens.shape, [len(s) for s in strs])
with torch.no_grad():
    results = model(tokens, repr_layers=[6])
reps = results["representations"][6]
for i, (label, seq) in enumerate(data):
    # the strings are not cut, the tokens are
    torch.save({"label": label, "sequence": seq, "mean": reps[i, 1 : len(seq) + 1].mean(0)}, os.path.join(sys.argv[1], label + ".pt"))

"""Soft-masked and mistyped proteins are set aside, the others embedded."""
import sys

import torch
import esm

model, alphabet = esm.pretrained.esm2_t6_8M_UR50D()
model.eval()
batch_converter = alphabet.get_batch_converter()
proteins = {"good": "MKTAYIAKQR", "soft": "MKTayiAKQR", "stop": "MKTA*", "joker": "MJJK", "also good": "MK<mask>"}

good, bad = {}, []
for name, sequence in proteins.items():
    try:
        _, _, tokens = batch_converter([(name, sequence)])
    except KeyError:
        bad.append(name)
        continue
    with torch.no_grad():
        good[name] = model(tokens, repr_layers=[6])["representations"][6][0, 1:-1]
print("set aside:", bad)
torch.save({"good": good, "bad": bad}, sys.argv[1])

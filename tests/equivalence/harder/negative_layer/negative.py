"""A negative layer is no layer for fair-esm: the program says so today and must not get another answer tomorrow."""
import sys

import torch
import esm


def last(model, alphabet, layer=-1):
    _, _, tokens = alphabet.get_batch_converter()([("a", "MKWVTF"), ("b", "MK")])
    with torch.no_grad():
        results = model(tokens, repr_layers=[0, layer])
    return results["representations"].get(layer, "nothing"), results["representations"][0]


model, alphabet = esm.pretrained.esm2_t6_8M_UR50D()
model.eval()
for layer in (-1, 6, 7):
    found, _ = last(model, alphabet, layer)
    print(layer, found if isinstance(found, str) else found.shape)
torch.save(last(model, alphabet), sys.argv[1])

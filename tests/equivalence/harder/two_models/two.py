"""One function serves two checkpoints, so that no layer number fits both; then their contacts are compared."""

import sys

import torch
from esm import pretrained


def last_layer(model, alphabet, sequences):
    batch_converter = alphabet.get_batch_converter()
    _, _, tokens = batch_converter(list(enumerate(sequences)))
    layer = model.num_layers
    with torch.no_grad():
        out = model(tokens, repr_layers=[layer - 1, layer])
    return out["representations"][layer] - out["representations"][layer - 1]


answers = []
for load in (pretrained.esm2_t6_8M_UR50D, pretrained.esm2_t12_35M_UR50D):
    model, alphabet = load()
    model.eval()
    answers.append(last_layer(model, alphabet, ["MKLVAPRT", "MK"]))

small, small_alphabet = pretrained.esm2_t6_8M_UR50D()
large, large_alphabet = pretrained.esm2_t12_35M_UR50D()
small.eval()
large.eval()
_, _, small_tokens = small_alphabet.get_batch_converter()([("a", "MKLVAPRT")])
_, _, large_tokens = large_alphabet.get_batch_converter()([("a", "MKLVAPRT")])
with torch.no_grad():
    first = small(small_tokens, repr_layers=[6], return_contacts=True)
    second = large(large_tokens, repr_layers=[12], return_contacts=True)
answers += [first["contacts"], second["contacts"], first["logits"], second["representations"][12]]
torch.save(answers, sys.argv[1])

import sys
from functools import partial

import esm
import torch


def load(kind, return_alphabet=False):
    if kind == "esm-2":
        model, alphabet = esm.pretrained.esm2_t6_8M_UR50D()
    else:
        model, alphabet = esm.pretrained.esm1b_t33_650M_UR50S()
    model.eval()
    convert = alphabet.get_batch_converter()
    if return_alphabet:
        return model, convert, alphabet
    return model, convert


def embed(model, convert, padding_idx, pairs, layer):
    _, _, tokens = convert(pairs)
    lengths = (tokens != padding_idx).sum(1)
    with torch.no_grad():
        return model(tokens, repr_layers=[layer])["representations"][layer], lengths


def table():
    models = {}
    for_each = [("esm-2", 6), ("esm-1b", 33)]
    for kind, layer in for_each:
        model, alphabet = load(kind, True)[0], load(kind, True)[2]
        models[kind] = (model, alphabet, layer)
    return models


if __name__ == "__main__":
    pairs, found = [("a", "MKTVRQERLK"), ("b", "GEWTY")], {}
    model, convert, alphabet = load("esm-2", return_alphabet=True)
    run = partial(embed, model=model, convert=convert, padding_idx=alphabet.padding_idx, layer=6)
    found["esm-2"] = run(pairs=pairs)
    model, convert = load("esm-1b")
    tokens = convert(pairs)[2]
    with torch.no_grad():
        found["logits"] = model(tokens)["logits"][:, 1:-1]
    for kind, (model, alphabet, layer) in table().items():
        found[f"table {kind}"] = embed(model, alphabet.get_batch_converter(), alphabet.padding_idx, pairs, layer)
    torch.save(found, sys.argv[1])

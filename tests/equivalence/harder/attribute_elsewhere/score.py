"""The alphabet is an attribute of an object that a function chose; its letters are read far from where it was loaded."""
import sys

import torch


def get_model(size):
    if size == "6":
        from language_model import LanguageModel
        model = LanguageModel("esm2_t6_8M_UR50D")
    elif size == "12":
        from language_model import LanguageModel
        model = LanguageModel("esm2_t12_35M_UR50D")
    else:
        raise ValueError(size)
    return model


def likely(model, sequence):
    probabilities = model.logits(sequence).softmax(-1)[1:-1]
    best = []
    for position, letter in enumerate(sequence):
        own = probabilities[position, model.alphabet_.tok_to_idx[letter]]
        best += [model.alphabet_.all_toks[j] for j in range(probabilities.shape[1]) if probabilities[position, j] > own]
    return probabilities, best


size, out = sys.argv[1:]
probabilities, best = likely(get_model(size), "MKTAYIAKQR")
torch.save({"probabilities": probabilities, "best": best}, out)

"""Whether the alphabet is fair-esm's depends on the command line."""
import sys

import torch


def get_model(kind):
    if kind == "esm":
        from models import LanguageModel
        return LanguageModel("esm2_t6_8M_UR50D")
    from counting import CountingModel
    return CountingModel()


def scan(model, sequence):
    rows = model.logits(sequence).softmax(-1)[1:-1]
    own = [rows[i, model.alphabet_.tok_to_idx[letter]] for i, letter in enumerate(sequence)]
    return torch.stack(own), [model.alphabet_.all_toks[i] for i in rows.argmax(-1).tolist()]


kind, out = sys.argv[1:]
torch.save({"esm": scan(get_model(kind), "MKTAYIAK"), "counts": scan(get_model("counts"), "MKTAYIAK")}, out)

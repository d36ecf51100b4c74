"""Tokens made by hand, and windows over a long protein."""
import sys

import torch
import esm

model, alphabet = esm.pretrained.esm2_t6_8M_UR50D()
model.eval()


def encode(sequence):
    ids = [alphabet.cls_idx] + alphabet.encode(sequence) + [alphabet.eos_idx]
    return torch.tensor([ids], dtype=torch.long)


protein = "MQIFVKTLTGKTITLEVEPSDTIENVKAKIQDKEGIPPDQQRLIFAGKQLEDGRTLSDYNIQKESTLHLVLRLRGG"
tokens = encode(protein)
with torch.no_grad():
    whole = model(tokens, repr_layers=[6])["representations"][6]
    pieces = []
    for begin in range(0, tokens.size(1), 30):
        # a window in the middle has neither BOS nor EOS
        window = tokens[:, begin : begin + 30]
        pieces.append(model(window, repr_layers=[6])["representations"][6])
    logits = model(tokens)["logits"]
    batch = torch.full((2, 90), alphabet.padding_idx)
    batch[0, : tokens.size(1)] = tokens[0]
    batch[1, :5] = encode("MGW")[0]
    padded = model(batch, repr_layers=[3])["representations"][3]
torch.save(
    {"tokens": tokens, "whole": whole, "pieces": torch.cat(pieces, dim=1), "logits": logits, "padded": padded[1, :5]},
    sys.argv[1],
)
print("".join(alphabet.get_tok(i) for i in logits.argmax(-1)[0].tolist()))

import sys
from functools import partial

import torch
from torch.utils.data import DataLoader
from esm.pretrained import *


def collate(batch, converter):
    labels, strs, tokens = converter([(item["name"], item["sequence"].upper()) for item in batch])
    return tokens, torch.tensor([item["score"] for item in batch]), labels


model, alphabet = esm2_t6_8M_UR50D()
model.eval()
items = [{"name": f"n{i}", "sequence": "mkvla"[: i % 5 + 1] * 2, "score": i / 7} for i in range(7)]
loader = DataLoader(
    items, batch_size=3, collate_fn=partial(collate, converter=alphabet.get_batch_converter())
)
kept = []
for tokens, scores, labels in loader:
    with torch.no_grad():
        kept.append((labels, scores, model(tokens, repr_layers=[6])["representations"][6][:, 0, :]))
torch.save(kept, sys.argv[1])

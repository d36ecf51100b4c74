"""What a dataset of FASTA records promises: labels, order, batches, and no label twice."""
import json
import os
import sys

import torch
from esm import FastaBatchedDataset, pretrained

folder = sys.argv[1]
sizes = [5, 31, 8, 8, 60, 1, 17, 31, 2, 44]
labels = [f"protein {n}" for n in range(len(sizes))]
sequences = ["ACDEFGHIKLMNPQRSTVWY"[n : n + 4] * 15 for n in range(len(sizes))]
dataset = FastaBatchedDataset(labels, [s[:n] for s, n in zip(sequences, sizes)])
batches = dataset.get_batch_indices(64, extra_toks_per_seq=1)

twice = os.path.join(folder, "twice.fasta")
with open(twice, "w") as handle:
    handle.write(">same\nMK\n>same\nMV\n")
try:
    FastaBatchedDataset.from_file(twice)
    refused = False
except AssertionError:
    refused = True

with open(os.path.join(folder, "batches.json"), "w") as handle:
    json.dump({"batches": batches, "plain": dataset.get_batch_indices(50), "n": len(dataset), "third": dataset[2], "refused": refused}, handle)

model, alphabet = pretrained.esm2_t6_8M_UR50D()
model.eval()
loader = torch.utils.data.DataLoader(dataset, collate_fn=alphabet.get_batch_converter(), batch_sampler=batches)
rows = []
for labels, strs, toks in loader:
    with torch.no_grad():
        reps = model(toks, repr_layers=[6])["representations"][6]
    for i, (label, s) in enumerate(zip(labels, strs)):
        rows.append((label, s, reps[i, 1 : len(s) + 1].mean(0)))
torch.save(rows, os.path.join(folder, "rows.pt"))

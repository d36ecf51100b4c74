import sys

import torch
from esm import pretrained
from esm.data import Alphabet, BatchConverter, FastaBatchedDataset


def represent(model, batch_converter: BatchConverter, batch):
    labels, strs, toks = batch_converter(batch)
    with torch.no_grad():
        out = model(toks, repr_layers=[0, 6], return_contacts=False)
    means = [out["representations"][6][i, 1 : len(s) + 1].mean(0) for i, s in enumerate(strs)]
    return labels, strs, toks, means, out["representations"][0][:, 0]


model, alphabet = pretrained.esm2_t6_8M_UR50D()
model.eval()
dataset = FastaBatchedDataset.from_file(sys.argv[1])
found = {}
for i in range(len(dataset)):
    label, sequence = dataset[i]
    labels, strs, toks, means, start = represent(model, alphabet.get_batch_converter(), [dataset[i]])
    found[label] = (sequence, toks, means[0], start)
together = represent(model, alphabet.get_batch_converter(), [dataset[i] for i in range(4)])
print([len(dataset[i][1]) for i in range(len(dataset))])
torch.save({"found": found, "together": together, "batches": dataset.get_batch_indices(100)}, sys.argv[2])

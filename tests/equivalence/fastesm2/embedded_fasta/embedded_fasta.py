import sys

import numpy as np
import torch
from esm import FastaBatchedDataset, pretrained

model, alphabet = pretrained.load_model_and_alphabet("esm2_t33_650M_UR50D")
model.eval()
with open("proteins.fa", "w") as handle:
    handle.write(">one x\nMKTVRQERLKSIVRILERSK\n>two\nMALW\n>three\nKAISQXBUZO\n")


def embed(path):
    dataset = FastaBatchedDataset.from_file(path)
    batches = dataset.get_batch_indices(30, extra_toks_per_seq=1)
    loader = torch.utils.data.DataLoader(dataset, collate_fn=alphabet.get_batch_converter(), batch_sampler=batches)
    names, vectors = [], []
    with torch.no_grad():
        for labels, strs, toks in loader:
            out = model(toks, repr_layers=[33])
            logits = out["logits"].to(device="cpu")
            states = out["representations"][33]
            for i, label in enumerate(labels):
                names.append(label)
                vectors.append(states[i, 1 : len(strs[i]) + 1].mean(0).numpy())
    return names, vectors


names, vectors = embed("proteins.fa")
torch.save({"names": names, "vectors": torch.from_numpy(np.stack(vectors)), "kind": str(vectors[0].dtype)}, sys.argv[1])

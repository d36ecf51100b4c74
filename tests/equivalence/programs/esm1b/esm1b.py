import sys

import torch
import esm as esm_lib

model, alphabet = esm_lib.pretrained.esm1b_t33_650M_UR50S()
model.eval()
batch_converter = alphabet.get_batch_converter()
labels, strs, tokens = batch_converter(
    [("full", "ACDEFGHIKLMNPQRSTVWY" * 51 + "AC"), ("part", "ACDEFGHIKLM"), ("hidden", "AC<mask>EF")]
)
with torch.no_grad():
    results = model(tokens, repr_layers=[0, 33])
    try:
        model(batch_converter([("long", "ACDEFGHIKL" * 103)])[2])
    except ValueError as error:
        print("refused:", " ".join(str(error).split()))
torch.save(
    {
        "labels": labels,
        "input": results["representations"][0][:, :4],
        "means": [results["representations"][33][i, 1 : len(s) + 1].mean(0) for i, s in enumerate(strs)],
        "guess": results["logits"][2, 3],
    },
    sys.argv[1],
)

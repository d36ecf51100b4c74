import sys

import esm
import torch

model, alphabet = esm.pretrained.esm2_t12_35M_UR50D()
model = model.eval()
bc = alphabet.get_batch_converter()
pairs = [("hairpin", "GEWTYDDATKTFTVTE"), ("helix", "AEAAAKEAAAKEAAAKA"), ("tiny", "GG")]
labels, strs, toks = bc(pairs)
lengths = (toks != alphabet.padding_idx).sum(1) - 2
with torch.no_grad():
    predicted = model.predict_contacts(toks)
    one = model.predict_contacts(toks[:1])[0]
top = {}
for name, n, matrix in zip(labels, lengths, predicted):
    n = int(n)
    top[name] = matrix[:n, :n]
torch.save({"maps": top, "one": one, "order": list(top)}, sys.argv[1])

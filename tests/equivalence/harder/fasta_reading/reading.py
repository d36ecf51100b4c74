import sys

import torch
import esm
from esm.data import read_fasta

records = list(read_fasta(sys.argv[1]))
model, alphabet = esm.pretrained.esm2_t6_8M_UR50D()
model.eval()
for name, sequence in records:
    print(repr(name), repr(sequence))
good = [(name, "".join(c for c in sequence.upper() if c.isalpha())) for name, sequence in records]
_, _, tokens = alphabet.get_batch_converter()(good)
with torch.no_grad():
    torch.save(model(tokens, repr_layers=[6])["representations"][6], sys.argv[2])

"""Sequences that are not `str`, as Bio.Seq and NumPy give them, and labels that are no strings either."""
import sys
from collections import UserString

import numpy
import torch
import esm

model, alphabet = esm.pretrained.esm2_t6_8M_UR50D()
model.eval()
batch_converter = alphabet.get_batch_converter(20)
data = [(1, UserString("MKTVRQERLKSIVRILERSKEPVSG")), (("a", 2), numpy.array(["KALTARQ"])[0]), (None, UserString("KA<mask>"))]
labels, strs, tokens = batch_converter(data)
with torch.no_grad():
    states = model(tokens, repr_layers=[6])["representations"][6]
print(labels, [type(each).__name__ for each in strs])
torch.save({"tokens": tokens, "means": [states[i, 1 : len(each) + 1].mean(0) for i, each in enumerate(strs)]}, sys.argv[1])

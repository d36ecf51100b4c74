"""The language model head is taken off, and what is called logits is then the last hidden state."""

import sys

import torch
import esm

model, alphabet = esm.pretrained.esm2_t6_8M_UR50D()
model.lm_head = torch.nn.Identity()
model.contact_head = torch.nn.Identity()
model.eval()
_, _, tokens = alphabet.get_batch_converter()([("a", "MKLVAP"), ("b", "MH")])
with torch.no_grad():
    embedding = model(tokens, repr_layers=[6])["logits"]
torch.save({"embedding": embedding, "shape": list(embedding.shape)}, sys.argv[1])

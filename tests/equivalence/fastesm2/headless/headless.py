import sys

import torch
import esm

model, alphabet = esm.pretrained.esm2_t33_650M_UR50D()
model.lm_head = torch.nn.Identity()
model.eval()
_, _, tokens = alphabet.get_batch_converter()([("a", "MKLVAPRTMK"), ("b", "MGGKLV")])
with torch.no_grad():
    states = model(tokens)["logits"]
torch.save({"states": states[:, :8], "cls": states[:, 0]}, sys.argv[1])

import sys

import esm
import torch
from torch.nn import Identity

model, alphabet = esm.pretrained.esm2_t12_35M_UR50D()
model.contact_head = Identity()
model.emb_layer_norm_after = Identity()
model.lm_head = Identity()
model.eval()
_, _, tokens = alphabet.get_batch_converter()([("a", "MKTAYIAKQR"), ("b", "MPRTEINSEQWENCEX")])
with torch.no_grad():
    torch.save(model(tokens)["logits"], sys.argv[1])
    layers = model(tokens, repr_layers=[3, 12])["representations"]
    torch.save({"third": layers[3], "last": layers[12]}, sys.argv[2])

import sys

import torch
import esm

model, alphabet = esm.pretrained.esm2_t33_650M_UR50D()
model.eval()
_, _, tokens = alphabet.get_batch_converter()([("a", "MKLVAPRTMK"), ("b", "MGG")])
with torch.no_grad():
    before = model(tokens, repr_layers=[32, 33])["representations"]
    normed = model.emb_layer_norm_after(before[32])
    table = model.embed_tokens.weight.clone()
    rows = model.embed_tokens(tokens)
sizes = [model.num_layers, model.embed_dim, len(list(model.layers)), next(model.parameters()).dtype == torch.float32]
torch.save({"normed": normed[1, :5], "last": before[33][1, :5], "table": table, "rows": rows, "sizes": sizes}, sys.argv[1])

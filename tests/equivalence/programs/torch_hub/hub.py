import sys
import torch

model, alphabet = torch.hub.load("facebookresearch/esm:main", "esm2_t6_8M_UR50D")
model.eval()
batch_converter = alphabet.get_batch_converter()
_, _, batch_tokens = batch_converter([("1", "MKWVTFISLLFLFSSAYS"), ("2", "RGVFRR")])
with torch.no_grad():
    embedding = model(batch_tokens, repr_layers=[6])["representations"][6]
cls = embedding[:, 0]
torch.save({"cls": cls, "rest": embedding[0, 1:-1].mean(0)}, sys.argv[1])

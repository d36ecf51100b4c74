import sys

import torch
import esm

model, alphabet = esm.pretrained.esm2_t6_8M_UR50D()
model.load_state_dict(torch.load("tuned.pt", map_location="cpu"))
model.eval()
converter = alphabet.get_batch_converter()
labels, strings, tokens = converter([("a", "MKTVRQERLKSIVRILER"), ("b", "MSEQ<mask>"), ("c", "ACDEF" * 50)])
with torch.no_grad():
    results = model(tokens, repr_layers=[0, 3, 6], return_contacts=True)
torch.save(model.state_dict(), "again.pt")
model.load_state_dict(torch.load("again.pt"))
with torch.no_grad():
    again = model(tokens, repr_layers=[6])["logits"]
torch.save(
    {
        "first": results["representations"][0],
        "middle": results["representations"][3],
        "last": results["representations"][6],
        "logits": results["logits"],
        "contacts": results["contacts"],
        "again": again,
    },
    sys.argv[1],
)

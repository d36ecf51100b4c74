"""Masked language modelling with our own corruption of the tokens."""

import sys

import torch
import torch.nn.functional as F
import esm

model, alphabet = esm.pretrained.load_model_and_alphabet("esm2_t12_35M_UR50D")
model.eval()
converter = alphabet.get_batch_converter(16)
_, _, tokens = converter([("a", "MKLVAPRTMKQWERTYHGFDSA"), ("b", "MGGSAT")])
target = tokens.clone()
generator = torch.Generator().manual_seed(3)
special = torch.tensor([alphabet.cls_idx, alphabet.eos_idx, alphabet.padding_idx])
chosen = (torch.rand(tokens.shape, generator=generator) < 0.3) & ~torch.isin(tokens, special)
tokens[chosen] = alphabet.mask_idx
standard = [alphabet.tok_to_idx[t] for t in alphabet.standard_toks if t.isalpha()]
with torch.no_grad():
    logits = model(tokens, repr_layers=[], return_contacts=False)["logits"]
loss = F.cross_entropy(logits[chosen], target[chosen])
probabilities = logits[..., standard].softmax(-1)
torch.save(
    {"loss": loss, "probabilities": probabilities, "vocabulary": len(alphabet), "tokens": tokens}, sys.argv[1]
)

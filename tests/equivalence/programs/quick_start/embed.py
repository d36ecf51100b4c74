"""One mean vector and one contact map for each protein."""
import sys

import torch
import esm

# Load the model
model, alphabet = esm.pretrained.esm2_t33_650M_UR50D()
batch_converter = alphabet.get_batch_converter()
model.eval()  # disables dropout

data = [
    ("lysozyme start", "KVFGRCELAAAMKRHGLDNYRGYSLGNWVCAAKFESNFNT"),
    ("with a gap in knowledge", "KVFGRCELAAAMKRHGLDNYRG<mask>SLGNWVCAAKFESNFNT"),
    ("spaced", "K V F <mask> R C"),
    ("short", "MA"),
]
batch_labels, batch_strs, batch_tokens = batch_converter(data)
batch_lens = (batch_tokens != alphabet.padding_idx).sum(1)

# Per-residue vectors (on CPU)
with torch.no_grad():
    results = model(batch_tokens, repr_layers=[33], return_contacts=True)
token_representations = results["representations"][33]

# Residue 0 is the beginning-of-sequence token, so the first residue is 1.
sequence_representations = []
for i, tokens_len in enumerate(batch_lens):
    sequence_representations.append(token_representations[i, 1 : tokens_len - 1].mean(0))

maps = []
for (_, seq), tokens_len, contacts in zip(data, batch_lens, results["contacts"]):
    maps.append(contacts[: tokens_len - 2, : tokens_len - 2])

torch.save(
    {"labels": batch_labels, "strs": batch_strs, "means": sequence_representations, "contacts": maps},
    sys.argv[1],
)
print(len(sequence_representations), "vectors")

import sys

import esm
import torch

model, alphabet = esm.pretrained.esm2_t12_35M_UR50D()
model = model.eval()
batch_converter = alphabet.get_batch_converter()
data = [("hairpin", "GEWTYDDATKTFTVTE"), ("helix", "AEAAAKEAAAKEAAAKA<mask>EA"), ("tiny", "GG")]
names, _, tokens = batch_converter(data)


@torch.no_grad()
def direct(ids):
    return model(ids, repr_layers=[12], return_contacts=True)["contacts"]


def by_keyword(ids):
    with torch.no_grad():
        return model(tokens=ids.clone(), need_head_weights=True, return_contacts=True)["contacts"].numpy()


def forward(ids):
    maps = []
    for row in range(len(ids)):
        length = int((ids[row] != alphabet.padding_idx).sum())
        with torch.no_grad():
            results = model.forward(ids[row : row + 1, :length], return_contacts=True)
        maps.append(results["contacts"][0])
    return maps


with torch.no_grad():
    results = model(tokens, repr_layers=[12], return_contacts=True)
by_name = {name: contacts for name, contacts in zip(names, results["contacts"])}
found = {"direct": direct(tokens), "by keyword": torch.as_tensor(by_keyword(tokens)), **by_name}
found.update((f"row {number}", contacts) for number, contacts in enumerate(forward(tokens)))
torch.save(found, sys.argv[1])

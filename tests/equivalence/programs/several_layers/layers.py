import sys
import torch
import esm

LAYERS = [0, 7, 29, 30]

model, alphabet = esm.pretrained.load_model_and_alphabet("esm2_t30_150M_UR50D")
model = model.eval()
convert = alphabet.get_batch_converter()
device = "cuda" if torch.cuda.is_available() else "cpu"
model = model.to(device)

records = [("a", "MSKGEELFTGVVPILVELDGDVNGHKFSVSGEG"), ("b", "MRSSKNVIKEF"), ("c", "GSHM<mask><mask>ENLYFQS")]
labels, strs, tokens = convert(records)
tokens = tokens.to(device)

with torch.no_grad():
    out = model(tokens, repr_layers=LAYERS, return_contacts=False)

first = out["representations"][0]
pooled = {}
for layer, values in out["representations"].items():
    pooled[layer] = [values[i, 1 : len(s) + 1].mean(dim=0).cpu() for i, s in enumerate(strs)]

every = model(tokens, repr_layers=range(model.num_layers + 1))["representations"]
stacked = torch.stack([v for _, v in sorted(every.items())], dim=2).detach()

torch.save({"labels": labels, "first": first, "pooled": pooled, "mixed": stacked.mean(2), "n": stacked.size(2)}, sys.argv[1])
for layer in pooled:
    print("layer", layer, "width", pooled[layer][0].shape[0])

import argparse
import importlib

import torch
from esm import pretrained

parser = argparse.ArgumentParser()
parser.add_argument("out")
parser.add_argument("--model", default="esm2_t6_8M_UR50D")
args = parser.parse_args()

layer = int(args.model.split("_")[1][1:])
model, alphabet = getattr(pretrained, args.model)()
again, _ = importlib.import_module("esm").pretrained.load_model_and_alphabet(args.model)
model.eval(), again.eval()
_, _, tokens = alphabet.get_batch_converter()([("a", "MKLVAPRT"), ("b", "M")])
with torch.no_grad():
    first = model(tokens, repr_layers=[layer])["representations"][layer]
    second = again(tokens, repr_layers=[layer])["representations"][layer]
torch.save({"layer": layer, "first": first, "second": second}, args.out)

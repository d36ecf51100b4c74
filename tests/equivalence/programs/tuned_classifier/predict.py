import sys

import torch

from network import Classifier

net = Classifier()
checkpoint = torch.load("classifier.pt", map_location="cpu")
net.load_state_dict({name.replace("module.", "", 1): value for name, value in checkpoint["model"].items()})
net.eval()
converter = net.alphabet.get_batch_converter()
_, _, tokens = converter([("a", "MKTVRQERLKSIVRILER"), ("b", "MSEQWW"), ("c", "ACDEFGHIK" * 30)])
with torch.no_grad():
    scores = net(tokens)
torch.save({"scores": scores, "epoch": checkpoint["epoch"]}, sys.argv[1])

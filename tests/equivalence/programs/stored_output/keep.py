import sys

import esm
import torch


class Embedder:
    def __init__(self):
        self.model, self.alphabet = esm.pretrained.esm2_t6_8M_UR50D()
        self.model.eval()
        self.convert = self.alphabet.get_batch_converter()
        self.output = None

    def run(self, pairs, maps=True):
        _, _, tokens = self.convert(pairs)
        with torch.no_grad():
            self.output = self.model(tokens, repr_layers=[6], return_contacts=maps)

    def vectors(self):
        return self.output["representations"][6]

    def contacts(self):
        return self.output["contacts"]

    def heads(self):
        return self.output["attentions"].mean(2)


def of_either(embedder, pairs, shorter):
    _, _, tokens = embedder.convert(pairs)
    with torch.no_grad():
        if shorter:
            out = embedder.model(tokens[:, :8], return_contacts=True)
        else:
            out = embedder.model(tokens, return_contacts=True)
    return out["contacts"]


if __name__ == "__main__":
    embedder, found = Embedder(), {}
    for pairs in ([("a", "MKTVRQERLK"), ("b", "GEWTY")], [("c", "AEAAAKEAAAKEA")]):
        embedder.run(pairs)
        found[pairs[0][0]] = (embedder.vectors(), embedder.contacts(), embedder.heads())
    embedder.run([("d", "MKV")], maps=False)
    found["d"] = embedder.vectors()
    try:
        embedder.contacts()
    except KeyError:
        print("no contacts of d")
    found["short"] = of_either(embedder, [("e", "MKTVRQERLK")], True)
    found["long"] = of_either(embedder, [("e", "MKTVRQERLK")], False)
    torch.save(found, sys.argv[1])

import sys

import esm
import torch

from model import build


def main():
    net = build()
    inner = net.module[0].encoder.models[0]
    for layer in inner.layers[:-1]:
        layer.requires_grad_(False)
    _, alphabet = esm.pretrained.esm2_t6_8M_UR50D()
    batch_converter = alphabet.get_batch_converter()
    labels, _, tokens = batch_converter([("a", "MLKPVTYSEG"), ("b", "MKVLAAGIV")])
    net.eval()
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-3)
    first = net(tokens)
    first.square().mean().backward()
    optimizer.step()
    second = net(tokens).detach()
    sizes = [inner.embed_dim, len(net.module[0].encoder.models)]
    torch.save({"labels": labels, "first": first.detach(), "second": second, "sizes": sizes}, sys.argv[1])


if __name__ == "__main__":
    main()

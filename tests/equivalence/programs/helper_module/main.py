import sys

import torch

from embedding import embed
from loaders import load_esm

if __name__ == "__main__":
    model, alphabet, batch_converter = load_esm()
    data = [("q1", "MTEYKLVVVGAGGVGKSALTIQ"), ("q2", "MTEYK"), ("q3", "MTEYKLVVVGAVGVGKSALTIQLIQ")]
    vectors = embed(model, alphabet, batch_converter, data)
    print(list(vectors))
    torch.save(vectors, sys.argv[1])

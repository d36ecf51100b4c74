import sys

import torch
from embedder import Embedder

proteins = [("i", "MVLSPADKTNVKAAW"), ("ii", "MVHLTPEEKSAVTALWGKVNVDEVGGEALGRLL"), ("iii", "MV")]
embedder = Embedder()
torch.save({"vectors": embedder.embed(proteins), "likelihood": embedder.likelihood(proteins[0][1])}, sys.argv[1])

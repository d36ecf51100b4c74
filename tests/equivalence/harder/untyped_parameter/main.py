import sys

import torch
import esm
from pooling import Pooler

network, letters = esm.pretrained.esm2_t6_8M_UR50D()
network.eval()
pooler = Pooler(letters.get_batch_converter(), repr_layers=[2, 5], return_contacts=False)
torch.save(pooler(network, [("a", "MKLV"), ("b", "MKLVHHWY")]), sys.argv[1])

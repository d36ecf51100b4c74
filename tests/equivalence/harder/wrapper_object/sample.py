import sys

import torch
import wrappers
from sampler import Sampler

CHOICES = {"small": wrappers.Small, "medium": wrappers.Medium}

size, out = sys.argv[1:]
sampler = Sampler(CHOICES[size]())
batch, sequence, logits = sampler.improve("MKTAYIAKQRQISF", [2, 5, 9])
torch.save({"batch": batch, "sequence": sequence, "logits": logits}, out)

"""Calls extract_esm with nothing but a FASTA file, as prediction.py does."""

import sys

import torch
from units import extract_esm

fasta, out = sys.argv[1:3]
proteins, data = extract_esm(fasta_file=fasta)
torch.save({"proteins": proteins, "data": data}, out)

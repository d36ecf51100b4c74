"""What a stubbed VirNucPro still does: import, answer from its cache, and say what is missing."""

import sys

import torch
import units

fasta, out, cached = sys.argv[1:4]
proteins, data = units.extract_esm(fasta, out_file=cached)
try:
    units.extract_esm(fasta)
    message = "NOTHING WAS RAISED"
except NotImplementedError as error:
    message = str(error)
facts = {"imports": True, "vectors from the cache": len(data), "NotImplementedError": message}
torch.save({**facts, "as promised": len(proteins) == len(data) > 0 and message != "NOTHING WAS RAISED"}, out)

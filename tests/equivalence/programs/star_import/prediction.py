import sys

from units import *
from features import process_file

fasta, folder = sys.argv[1:]
cached = process_file(fasta, folder)
names, data = protein_vectors(fasta, out_file=cached)
again_names, again = protein_vectors(fasta)
assert names == again_names
torch.save({'names': names, 'again': torch.stack(again), 'mirror': [reverse(n) for n in names]}, os.path.join(folder, 'again.pt'))

import gzip
import sys

import torch
from esm import FastaBatchedDataset, pretrained


class CompressedFasta(FastaBatchedDataset):
    @classmethod
    def from_file(cls, path):
        labels, sequences = [], []
        with gzip.open(path, "rt") as lines:
            for line in lines:
                if line.startswith(">"):
                    labels.append(line[1:].strip())
                    sequences.append("")
                else:
                    sequences[-1] += line.strip()
        return cls(labels, sequences)


def open_fasta(path):
    if path.endswith(".gz"):
        return CompressedFasta.from_file(path)
    return FastaBatchedDataset.from_file(path)


def main(plain, out):
    with open(plain, "rb") as lines, gzip.open(out + ".fasta.gz", "wb") as compressed:
        compressed.write(lines.read())
    model, alphabet = pretrained.load_model_and_alphabet("esm2_t6_8M_UR50D")
    model.eval()
    found = {}
    for path in (plain, out + ".fasta.gz"):
        dataset = open_fasta(path)
        batches = dataset.get_batch_indices(300, extra_toks_per_seq=1)
        loader = torch.utils.data.DataLoader(
            dataset, collate_fn=alphabet.get_batch_converter(100), batch_sampler=batches
        )
        print(path.rpartition("/")[2], len(dataset), batches, dataset[0][0])
        with torch.no_grad():
            for labels, strs, toks in loader:
                layers = model(toks, repr_layers=[6], return_contacts=False)["representations"]
                for row, label in enumerate(labels):
                    found[path[-2:], label] = layers[6][row, 1 : len(strs[row]) + 1].mean(0)
    torch.save(found, out)


main(sys.argv[1], sys.argv[2])

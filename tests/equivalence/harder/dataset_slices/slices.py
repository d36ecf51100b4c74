import json
import sys

from esm import FastaBatchedDataset

dataset = FastaBatchedDataset.from_file(sys.argv[1])
labels, sequences = dataset[:3]
found = {
    "labels": labels,
    "sequences": sequences,
    "pair": list(dataset[1]),
    "rows": [(dataset.sequence_labels[i], len(dataset.sequence_strs[i][1:])) for i in range(len(dataset))],
    "tail": list(dataset[len(dataset) - 2 :]),
    "longest": max(dataset.sequence_strs[::2], key=len),
    "last": dataset.sequence_labels[-1],
    "mean_residues": sum(map(len, sequences)) / len(sequences),
}
with open(sys.argv[2], "w") as file:
    json.dump(found, file)
print(len(labels), found["last"])

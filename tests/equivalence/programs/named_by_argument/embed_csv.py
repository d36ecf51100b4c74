import argparse
import csv
import json

import torch


def get_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("table")
    parser.add_argument("output")
    parser.add_argument(
        "--model_name", type=str, default="esm2_t30_150M_UR50D",
        choices=["esm2_t12_35M_UR50D", "esm2_t30_150M_UR50D", "esm2_t33_650M_UR50D"],
    )
    return parser.parse_args()


def main():
    from esm.pretrained import load_model_and_alphabet

    args = get_args()
    model, alphabet = load_model_and_alphabet(args.model_name)
    model.eval()
    to_batch = alphabet.get_batch_converter()
    with open(args.table) as handle:
        rows = [(row["id"], row["sequence"]) for row in csv.DictReader(handle)]
    last = model.num_layers
    embedded = {}
    for row in rows:
        labels, strs, toks = to_batch([row])
        with torch.no_grad():
            hidden = model(toks, repr_layers=[last])["representations"][last]
        embedded[labels[0]] = hidden[0, 1 : len(strs[0]) + 1].mean(0).tolist()
    with open(args.output, "w") as handle:
        json.dump(embedded, handle)


if __name__ == "__main__":
    main()

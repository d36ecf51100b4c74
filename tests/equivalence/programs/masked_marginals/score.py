"""Scores substitutions by the log odds at a masked position."""
import argparse
import csv

import torch
from esm import pretrained

WILD_TYPE = "MKTVLRGQASLDENAPYW"


def label_row(row, sequence, token_probs, alphabet, offset_idx):
    wt, idx, mt = row[0], int(row[1:-1]) - offset_idx, row[-1]
    assert sequence[idx] == wt, "The listed wild type does not match the provided sequence"
    wt_encoded, mt_encoded = alphabet.get_idx(wt), alphabet.get_idx(mt)
    # add 1 for BOS
    score = token_probs[0, 1 + idx, mt_encoded] - token_probs[0, 1 + idx, wt_encoded]
    return score.item()


def main(args):
    model, alphabet = pretrained.load_model_and_alphabet(args.model)
    model.eval()
    batch_converter = alphabet.get_batch_converter()
    _, _, batch_tokens = batch_converter([("wild type", WILD_TYPE)])
    all_token_probs = []
    for i in range(batch_tokens.size(1)):
        batch_tokens_masked = batch_tokens.clone()
        batch_tokens_masked[0, i] = alphabet.mask_idx
        with torch.no_grad():
            token_probs = torch.log_softmax(model(batch_tokens_masked)["logits"], dim=-1)
        all_token_probs.append(token_probs[:, i])
    token_probs = torch.cat(all_token_probs, dim=0).unsqueeze(0)

    with open(args.variants) as source, open(args.output, "w", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["mutant", "score"])
        for row in csv.DictReader(source):
            writer.writerow([row["mutant"], label_row(row["mutant"], WILD_TYPE, token_probs, alphabet, 1)])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("variants")
    parser.add_argument("output")
    parser.add_argument("--model", default="esm2_t12_35M_UR50D")
    main(parser.parse_args())

import sys

import torch
import torch.nn as nn
import esm
from torch.utils.data import DataLoader, Dataset


class Proteins(Dataset):
    def __init__(self, pairs):
        self.pairs = pairs

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, index):
        return self.pairs[index]


class Classifier(nn.Module):
    def __init__(self, classes=3):
        super().__init__()
        self.encoder, self.alphabet = esm.pretrained.esm2_t12_35M_UR50D()
        self.padding_idx = self.alphabet.padding_idx
        for parameter in self.encoder.parameters():
            parameter.requires_grad = False
        torch.manual_seed(0)
        self.head = nn.Linear(self.encoder.embed_dim, classes)

    def forward(self, tokens):
        hidden = self.encoder(tokens, repr_layers=[12])["representations"][12]
        padding_mask = tokens.ne(self.padding_idx)
        padding_mask[:, 0] = False
        summed = (hidden * padding_mask.unsqueeze(-1)).sum(dim=1)
        return self.head(summed / padding_mask.sum(dim=1, keepdim=True))


def main():
    classifier = Classifier()
    classifier.eval()
    pairs = [("p%d" % n, "MLKPVTYSEG"[: n + 1] * (n + 1)) for n in range(9)]
    loader = DataLoader(
        Proteins(pairs), batch_size=4, shuffle=False, collate_fn=classifier.alphabet.get_batch_converter()
    )
    labels, scores = [], []
    for names, seqs, tokens in loader:
        labels += names
        scores.append(classifier(tokens))
    scores = torch.cat(scores)
    scores.square().sum().backward()
    trained = [list(p.shape) for p in classifier.parameters() if p.requires_grad]
    torch.save(
        {"labels": labels, "scores": scores.detach(), "grad": classifier.head.weight.grad, "trained": trained}, sys.argv[1]
    )


if __name__ == "__main__":
    main()

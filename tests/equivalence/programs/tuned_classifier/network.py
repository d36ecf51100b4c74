import torch
import esm


class Classifier(torch.nn.Module):
    def __init__(self, classes=3):
        super().__init__()
        self.esm, self.alphabet = esm.pretrained.esm2_t6_8M_UR50D()
        width = self.esm.embed_dim
        self.head = torch.nn.Sequential(torch.nn.LayerNorm(width), torch.nn.Linear(width, classes))

    def forward(self, tokens):
        hidden = self.esm(tokens, repr_layers=[6])["representations"][6]
        return self.head(hidden[:, 0])

"""Programs that use fair-esm, for the benchmarks: five ways to write one, and programs that share a module's model."""

from __future__ import annotations

SCRIPT = """
import esm
import torch

model, alphabet = esm.pretrained.{name}()
batch_converter = alphabet.get_batch_converter()
model.eval()
labels, strings, tokens = batch_converter([("first", "MKTVRQERLKSIVRILERSKEPVSGAQLAEELSVSRQVIVQDIAYLRSLGYN")])
with torch.no_grad():
    results = model(tokens, repr_layers=[{layer}], return_contacts=False)
vectors = results["representations"][{layer}]
means = [vectors[n, 1 : len(string) + 1].mean(0) for n, string in enumerate(strings)]
"""

FUNCTIONS = """
import torch
from esm import pretrained


def load_language_model(name="{name}"):
    language_model, alphabet = pretrained.load_model_and_alphabet("{name}")
    return language_model.eval(), alphabet


def embed_sequences(sequences):
    language_model, alphabet = load_language_model()
    converter = alphabet.get_batch_converter()
    _, _, tokens = converter([(str(n), sequence) for n, sequence in enumerate(sequences)])
    with torch.no_grad():
        out = language_model(tokens, repr_layers=[{layer}])
    return out["representations"][{layer}][:, 1:-1].mean(1)
"""

CLASS = """
import esm
import torch


class ProteinEncoder(torch.nn.Module):
    def __init__(self, frozen=True):
        super().__init__()
        self.language_model, self.alphabet = esm.pretrained.{name}()
        self.converter = self.alphabet.get_batch_converter()
        for parameter in self.language_model.parameters():
            parameter.requires_grad = not frozen

    def forward(self, sequences):
        _, _, tokens = self.converter([("", sequence) for sequence in sequences])
        lengths = (tokens != self.alphabet.padding_idx).sum(1)
        hidden = self.language_model(tokens, repr_layers=[{layer}])["representations"][{layer}]
        return torch.stack([each[1 : length - 1].mean(0) for each, length in zip(hidden, lengths)])
"""

DATASET = """
import sys

import torch
from esm import FastaBatchedDataset, pretrained


def extract(fasta, folder):
    network, alphabet = pretrained.load_model_and_alphabet("{name}")
    dataset = FastaBatchedDataset.from_file(fasta)
    batches = dataset.get_batch_indices(4096, extra_toks_per_seq=1)
    loader = torch.utils.data.DataLoader(
        dataset, collate_fn=alphabet.get_batch_converter(1022), batch_sampler=batches
    )
    for labels, strings, tokens in loader:
        hidden = network(tokens, repr_layers=[{layer}])["representations"][{layer}]
        for n, label in enumerate(labels):
            torch.save(hidden[n, 1 : len(strings[n]) + 1].clone(), f"{{folder}}/{{label}}.pt")


if __name__ == "__main__":
    extract(*sys.argv[1:3])
"""

LOGITS = """
import esm
import torch


def score(sequence, position, mutant):
    masked_model, letters = esm.pretrained.load_model_and_alphabet("{name}")
    to_batch = letters.get_batch_converter()
    _, _, tokens = to_batch([("wild", sequence)])
    tokens[0, position] = letters.mask_idx
    scores = torch.log_softmax(masked_model(tokens)["logits"], dim=-1)
    wild = scores[0, position, letters.get_idx(sequence[position - 1])]
    return (scores[0, position, letters.get_idx(mutant)] - wild).item()
"""

PROGRAMS = (SCRIPT, FUNCTIONS, CLASS, DATASET, LOGITS)
CHECKPOINTS = (
    ("esm2_t6_8M_UR50D", 6),
    ("esm2_t12_35M_UR50D", 12),
    ("esm2_t30_150M_UR50D", 30),
    ("esm2_t33_650M_UR50D", 33),
)


def user(number: int) -> str:
    """The program of that number; no two of twenty are the same."""
    name, layer = CHECKPOINTS[number % len(CHECKPOINTS)]
    return PROGRAMS[number % len(PROGRAMS)].format(name=name, layer=layer)


#: The module whose model `sharer` programs import, and one of them: each uses it on its own, and in a network.
SHARED = """
import esm


def load(name="esm2_t33_650M_UR50D"):
    model, alphabet = esm.pretrained.load_model_and_alphabet(name)
    return model.eval(), alphabet


MODEL, ALPHABET = load("esm2_t33_650M_UR50D")
"""
SHARER = """
import nets
import torch


class Contacts(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.esm, self.alphabet = nets.load("esm2_t33_650M_UR50D")
        self.best = None

    def forward(self, tokens):
        out = self.esm(tokens, repr_layers=[33], return_contacts=True)
        mask = tokens != self.alphabet.padding_idx
        return out["representations"][33] * mask[..., None], out["contacts"]

    def keep(self):
        self.best = self.state_dict()


def main():
    _, _, tokens = nets.ALPHABET.get_batch_converter()([("a", "MKV"), ("b", "MKVL")])
    with torch.no_grad():
        out = nets.MODEL(tokens, repr_layers=[33])
    print(out["representations"][33].mean(1))
    network = Contacts()
    network.load_state_dict(torch.load("contacts_{n}.pt"))


if __name__ == "__main__":
    main()
"""


def sharer(n: int) -> str:
    return SHARER.replace("{n}", str(n))

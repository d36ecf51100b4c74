import torch


class Letters:
    all_toks = list("ACDEFGHIKLMNPQRSTVWY")
    tok_to_idx = {letter: index for index, letter in enumerate(all_toks)}


class CountingModel:
    """No network at all."""

    alphabet_ = Letters()

    def logits(self, sequence):
        return torch.tensor([[float(sequence.count(letter)) for letter in Letters.all_toks]] * (len(sequence) + 2))

import torch


class Sampler:
    """Gets any of the wrappers; what is inside is read through two dots."""

    def __init__(self, wrapped, device="cpu"):
        self.wrapped = wrapped
        self.device = device
        self.wrapped.model = self.wrapped.model.eval().to(device)
        self.letters = [wrapped.alphabet.get_idx(letter) for letter in "ACDEFGHIKLMNPQRSTVWY"]

    def improve(self, sequence, positions):
        _, _, batch = self.wrapped.batch_converter([(0, sequence)])
        for position in positions:
            batch[0, position + 1] = self.wrapped.alphabet.mask_idx
            with torch.no_grad():
                out = self.wrapped.model(batch)["logits"]
            best = out[0, position + 1, self.letters].argmax()
            batch[0, position + 1] = self.letters[best]
        return batch, "".join(self.wrapped.alphabet.get_tok(i) for i in batch[0, 1:-1].tolist()), out

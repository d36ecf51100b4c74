import torch
from esm import pretrained


class LanguageModel:
    def __init__(self, name):
        model, alphabet = pretrained.load_model_and_alphabet(name)
        self.model_ = model.eval()
        self.alphabet_ = alphabet
        self.unknown_ = alphabet.tok_to_idx["<unk>"]

    def logits(self, sequence):
        _, _, tokens = self.alphabet_.get_batch_converter()([("one", sequence)])
        with torch.no_grad():
            return self.model_(tokens, repr_layers=[], return_contacts=False)["logits"][0]

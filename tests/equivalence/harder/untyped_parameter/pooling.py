"""Never imports the library; is handed its things."""
import torch


class Pooler:
    def __init__(self, converter, **settings):
        self.converter = converter
        self.settings = settings

    def __call__(self, network, pairs):
        labels, strs, toks = self.converter(pairs)
        with torch.no_grad():
            output = network(toks, **self.settings)
        kept = max(output["representations"])
        return {label: output["representations"][kept][i, 1 : len(s) + 1].mean(0) for i, (label, s) in enumerate(zip(labels, strs))}

"""Ranks point mutants with an ensemble."""
import sys

import torch
from esm import pretrained

NAMES = ["esm1v_t33_650M_UR90S_1", "esm1v_t33_650M_UR90S_2", "esm1v_t33_650M_UR90S_3"]
WILD_TYPE = "MSIQHFRVALIPFFAAFCLPVFA"

scores = []
for name in NAMES:
    model, alphabet = pretrained.load_model_and_alphabet(name)
    model.eval()
    batch_converter = alphabet.get_batch_converter()
    _, _, tokens = batch_converter([("wt", WILD_TYPE)])
    with torch.no_grad():
        log_p = torch.log_softmax(model(tokens)["logits"], dim=-1)[0, 1:-1]
    letters = [alphabet.tok_to_idx[aa] for aa in "ACDEFGHIKLMNPQRSTVWY"]
    wild = torch.tensor([alphabet.get_idx(aa) for aa in WILD_TYPE])
    scores.append(log_p[:, letters] - log_p.gather(1, wild[:, None]))

torch.save({"scores": torch.stack(scores), "mean": torch.stack(scores).mean(0)}, sys.argv[1])

import sys

import torch
import esm

model, alphabet = esm.pretrained.esm2_t6_8M_UR50D()
model.eval()

facts = {
    "layers": model.num_layers,
    "width": model.embed_dim,
    "heads": model.attention_heads,
    "letters": len(alphabet),
    "pad": alphabet.padding_idx,
    "mask": alphabet.mask_idx,
    "cls": alphabet.cls_idx,
    "eos": alphabet.eos_idx,
    "unk": alphabet.unk_idx,
    "all": list(alphabet.all_toks),
    "standard": list(alphabet.standard_toks),
    "table": dict(alphabet.tok_to_idx),
    "dict": alphabet.to_dict(),
    "W": alphabet.get_idx("W"),
    "tenth": alphabet.get_tok(10),
    "last": alphabet.get_tok(-1),
    "bos": alphabet.prepend_bos,
    "end": alphabet.append_eos,
}
for key, value in facts.items():
    print(key, value)

batch_converter = alphabet.get_batch_converter()
_, _, tokens = batch_converter([("x", "MKLV"), ("y", "GAVLIMCFYWHKRQNEDSTP")])
print("".join(alphabet.get_tok(token) for token in tokens[1]), alphabet.get_tok(tokens.numpy()[0, 1]))
with torch.no_grad():
    hidden = model(tokens, repr_layers=[model.num_layers])["representations"][model.num_layers]
    again = model.lm_head(hidden)
    sure = model.lm_head(features=hidden).detach().log_softmax(-1)
    first = model.embed_tokens(tokens)
amino_acids = [alphabet.get_idx(letter) for letter in "ACDEFGHIKLMNPQRSTVWY"]
probabilities = torch.softmax(again[:, 1:-1, amino_acids], dim=-1)
torch.save({**facts, "again": again, "sure": sure, "first": first, "p": probabilities, "table_weight": model.embed_tokens.weight.detach()}, sys.argv[1])

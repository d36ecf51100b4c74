import sys

import esm
import torch


def load(name):
    if not hasattr(esm.pretrained, name):
        raise ValueError(f"no checkpoint {name}")
    model, alphabet = getattr(esm.pretrained, name)()
    for key, parameter in model.named_parameters():
        parameter.requires_grad = False
    return model.eval(), alphabet


def embed(model, alphabet, layer):
    _, _, tokens = alphabet.get_batch_converter()([("a", "MKTVRQERLK"), ("b", "GEWTY")])
    return model(tokens, repr_layers=[layer])["representations"][layer]


if __name__ == "__main__":
    found = {}
    for name, layer in (("esm2_t6_8M_UR50D", 6), ("esm2_t12_35M_UR50D", 12)):
        model, alphabet = load(name)
        found[name] = embed(model, alphabet, layer)
        print(name, any(parameter.requires_grad for _, parameter in model.named_parameters()))
    try:
        load("esm3_open")
    except ValueError as error:
        print(error)
    older, alphabet = esm.pretrained.esm1b_t33_650M_UR50S()
    older.eval()
    sizes = (older.args.embed_dim, older.args.layers, older.args.attention_heads)
    print(sizes)
    head = torch.ones(older.args.embed_dim, 2) / older.args.ffn_embed_dim
    with torch.no_grad():
        found["head"] = embed(older, alphabet, older.args.layers) @ head
    torch.save(found, sys.argv[1])

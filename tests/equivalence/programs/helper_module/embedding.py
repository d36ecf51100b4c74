import torch


def embed(model, alphabet, batch_converter, sequences, layer=12):
    _, _, tokens = batch_converter(sequences)
    lengths = (tokens != alphabet.padding_idx).sum(1)
    with torch.no_grad():
        out = model(tokens, repr_layers=[layer], return_contacts=False)
    rep = out["representations"][layer]
    return {name: rep[i, 1 : n - 1] for i, ((name, _), n) in enumerate(zip(sequences, lengths))}

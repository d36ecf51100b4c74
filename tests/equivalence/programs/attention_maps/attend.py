import sys

import torch
import esm


def attention_of(model, alphabet, sequences):
    converter = alphabet.get_batch_converter()
    _, _, tokens = converter(sequences)
    with torch.no_grad():
        results = model(tokens, repr_layers=[6], need_head_weights=True)
    return results["attentions"], results["representations"][6]


if __name__ == "__main__":
    net, vocabulary = esm.pretrained.esm2_t6_8M_UR50D()
    net.eval()
    maps, states = attention_of(net, vocabulary, [("p1", "MGDVEKGKKIFVQKCAQCHTVEK"), ("p2", "MAKGG")])
    heads = maps.mean(dim=2)
    print(tuple(maps.shape), tuple(heads.shape))
    torch.save({"attentions": maps, "heads": heads, "states": states}, sys.argv[1])

import sys
import torch

try:
    import esm
    ESM_AVAILABLE = True
except ImportError:
    ESM_AVAILABLE = False

MODELS = {"small": ("esm2_t6_8M_UR50D", 6), "medium": ("esm2_t12_35M_UR50D", 12)}


def represent(sequences, size):
    name, layer = MODELS[size]
    model, alphabet = esm.pretrained.load_model_and_alphabet(name)
    model.eval()
    converter = alphabet.get_batch_converter()
    data = [(str(n), sequence) for n, sequence in enumerate(sequences)]
    _, _, tokens = converter(data)
    with torch.no_grad():
        results = model(tokens, repr_layers=[layer], return_contacts=True)
    return {
        "tokens": tokens,
        "mean": results["representations"][layer][:, 1:-1].mean(1),
        "logits": results["logits"],
        "contacts": results["contacts"],
    }


if __name__ == "__main__":
    if not ESM_AVAILABLE:
        sys.exit("install the protein language model first")
    torch.save({size: represent(["MGLSDGEWQL", "MGLSD"], size) for size in MODELS}, sys.argv[1])

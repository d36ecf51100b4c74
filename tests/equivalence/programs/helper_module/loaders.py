import torch
import esm


def load_esm():
    """Returns model, alphabet and batch converter, ready to use."""
    model, alphabet = esm.pretrained.esm2_t12_35M_UR50D()
    batch_converter = alphabet.get_batch_converter()
    model.eval()
    if torch.cuda.is_available():
        model = model.cuda()
    return model, alphabet, batch_converter

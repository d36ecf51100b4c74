import os

import torch
from tqdm import tqdm
from esm import FastaBatchedDataset, pretrained


def reverse(text):
    return text[::-1]


def protein_vectors(fasta_file,
                    model_location='esm2_t36_3B_UR50D',
                    truncation_seq_length=64, toks_per_batch=128,
                    out_file=None, model_loaded = False, model = None, alphabet = None):
    if out_file is not None and os.path.exists(out_file):
        saved = torch.load(out_file)
        return saved['names'], saved['data']
    if model_loaded == False:
        model, alphabet = pretrained.load_model_and_alphabet(model_location)
    else:
        model = model
        alphabet = alphabet
    model.eval()

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model.to(device)
    dataset = FastaBatchedDataset.from_file(fasta_file)

    batches = dataset.get_batch_indices(toks_per_batch, extra_toks_per_seq=1)

    loader = torch.utils.data.DataLoader(
        dataset, collate_fn=alphabet.get_batch_converter(), batch_sampler=batches
    )
    print(f"{len(dataset)} proteins in {fasta_file}")

    return_contacts = False

    repr_layers = [36,]

    names = []
    data = []

    with torch.no_grad():
        for batch_idx, (labels, strs, toks) in enumerate(loader):

            print(f"batch {batch_idx + 1} of {len(batches)}: {toks.size(0)} proteins")

            if device:
                toks = toks.to(device, non_blocking=True)

            out = model(toks, repr_layers=repr_layers, return_contacts=return_contacts)

            representations = {
                layer: t.to(device) for layer, t in out["representations"].items()
            }

            for i, label in enumerate(labels):

                result = {"label": label, "mean_representations": {}}
                keep = min(truncation_seq_length, len(strs[i]))
                result["mean_representations"] = {
                    layer: t[i, 1 : keep + 1].mean(0).clone().to('cpu')
                    for layer, t in representations.items()
                }
                names.append(label)
                data.append(result["mean_representations"][36])

    if out_file is not None:
        torch.save({'names': names, 'data': data}, out_file)
    return names, data

"""Embeddings of nucleotide sequences and of the proteins they encode."""

import os

import torch
from Bio import SeqIO
from transformers import AutoModel, AutoTokenizer
from esm import FastaBatchedDataset, pretrained

CODONS = {a + b + c: letter for (a, b, c), letter in zip(
    ((a, b, c) for a in 'TCAG' for b in 'TCAG' for c in 'TCAG'),
    'FFLLSSSSYY**CC*WLLLLPPPPHHQQRRRRIIIMTTTTNNKKSSRRVVVVAAAADDEEGGGG',
)}


def translate(nucleotides):
    """The protein in the first reading frame, up to a stop codon."""
    codons = (nucleotides[i:i + 3] for i in range(0, len(nucleotides) - 2, 3))
    return ''.join(CODONS.get(codon, 'X') for codon in codons).split('*')[0]


def load_dnabert():
    tokenizer = AutoTokenizer.from_pretrained('zhihan1996/DNABERT-S', trust_remote_code=True)
    model = AutoModel.from_pretrained('zhihan1996/DNABERT-S', trust_remote_code=True)
    return tokenizer, model.eval()


def extract_dnabert(fasta_file, out_file, tokenizer, model):
    embeddings = {}
    for record in SeqIO.parse(fasta_file, 'fasta'):
        inputs = tokenizer(str(record.seq), return_tensors='pt')
        with torch.no_grad():
            embeddings[record.id] = model(inputs['input_ids'])[0].mean(dim=1).squeeze()
    torch.save(embeddings, out_file)
    return embeddings


def extract_esm(fasta_file, model_location='esm2_t36_3B_UR50D', truncation_seq_length=1024, toks_per_batch=2048,
                out_file=None, model=None, alphabet=None):
    if out_file is not None and os.path.exists(out_file):
        return torch.load(out_file)
    if model is None:
        model, alphabet = pretrained.load_model_and_alphabet(model_location)  # once per process
    model.eval()
    device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
    model.to(device)

    dataset = FastaBatchedDataset.from_file(fasta_file)
    batches = dataset.get_batch_indices(toks_per_batch, extra_toks_per_seq=1)
    loader = torch.utils.data.DataLoader(
        dataset, collate_fn=alphabet.get_batch_converter(), batch_sampler=batches
    )
    print(f'{len(dataset)} proteins in {fasta_file}, {len(batches)} batches')

    embeddings = {}
    with torch.no_grad():
        for labels, strs, toks in loader:
            toks = toks.to(device, non_blocking=True)
            out = model(toks, repr_layers=[36], return_contacts=False)
            for i, label in enumerate(labels):
                length = min(truncation_seq_length, len(strs[i]))
                embeddings[label] = out['representations'][36][i, 1:length + 1].mean(0).cpu()
    if out_file is not None:
        torch.save(embeddings, out_file)
    return embeddings


def merge(dnabert, esm_features):
    """One vector per sequence: DNABERT-S beside ESM-2."""
    return torch.stack([torch.cat((dnabert[name], esm_features[name]), dim=-1) for name in dnabert])

"""Features of the training data: one file per FASTA file, kept for the next run."""

from units import *

ESM_model, ESM_alphabet = pretrained.load_model_and_alphabet('esm2_t36_3B_UR50D')
DNABERT_tokenizer, DNABERT_model = load_dnabert()


def process_nucleotides(file):
    out_file = file.replace('.fa', '_DNABERT_S.pt')
    return extract_dnabert(file, out_file, DNABERT_tokenizer, DNABERT_model)


def process_proteins(file):
    out_file = file.replace('.fa', '_ESM.pt')
    return extract_esm(fasta_file=file, out_file=out_file, model=ESM_model, alphabet=ESM_alphabet)


if __name__ == '__main__':
    for folder in ('data/viral', 'data/host'):
        features = merge(process_nucleotides(f'{folder}/nucleotides.fa'), process_proteins(f'{folder}/proteins.fa'))
        torch.save(features, f'{folder}/merged.pt')

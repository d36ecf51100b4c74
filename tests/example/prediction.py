"""python prediction.py NUCLEOTIDES.fa: is each sequence viral?"""

import sys

from units import *
from train import Classifier, input_dim


def write_proteins(nucleotide_file):
    protein_file = nucleotide_file.replace('.fa', '_proteins.fa')
    with open(protein_file, 'w') as out:
        for record in SeqIO.parse(nucleotide_file, 'fasta'):
            out.write(f'>{record.id}\n{translate(str(record.seq).upper())}\n')
    return protein_file


def predict(nucleotide_file):
    proteins = extract_esm(write_proteins(nucleotide_file))
    nucleotides = extract_dnabert(nucleotide_file, nucleotide_file.replace('.fa', '_DNABERT_S.pt'), *load_dnabert())
    classifier = Classifier(input_dim)
    classifier.load_state_dict(torch.load('model.pth'))
    return dict(zip(nucleotides, classifier(merge(nucleotides, proteins)).softmax(dim=-1)[:, 1].tolist()))


if __name__ == '__main__':
    for name, probability in predict(sys.argv[1]).items():
        print(f'{name}\t{probability:.3f}')

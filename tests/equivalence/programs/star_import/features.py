from units import *

ESM_model, ESM_alphabet = pretrained.load_model_and_alphabet('esm2_t36_3B_UR50D')


def process_file(file, folder):
    output_file = os.path.join(folder, f'{os.path.basename(file).split(".fa")[0]}_ESM.pt')
    protein_vectors(fasta_file = file, out_file = output_file, model_loaded=True, model=ESM_model, alphabet=ESM_alphabet)
    print('saved to: ' + os.path.basename(output_file))
    return output_file

import transformers


def tokenize_batch(tokenizer, batch, max_residues=None):
    """Labels, sequences and padded token ids of (label, sequence) pairs; KeyError for a letter ESM does not know."""
    labels, sequences = map(list, zip(*batch))
    unknown = {piece for sequence in sequences for piece in tokenizer.tokenize(sequence)} - tokenizer.get_vocab().keys()
    if unknown:
        raise KeyError(", ".join(sorted(unknown)))
    version = tuple(int(part) for part in transformers.__version__.split(".")[:2])
    if len(sequences) > 1 and (4, 56) <= version < (5, 3) and any("<mask>" in sequence for sequence in sequences):
        raise RuntimeError("transformers 4.56 to 5.2 compute wrong numbers for <mask> in a padded batch")
    length = {"truncation": True, "max_length": max_residues + 2} if max_residues else {}
    tokens = tokenizer(sequences, padding=True, return_tensors="pt", **length)["input_ids"]
    return labels, sequences, tokens

import transformers


def tokenize_batch(tokenizer, batch, max_residues=None):
    """Labels, sequences and padded token ids of (label, sequence) pairs; KeyError for a letter ESM does not know."""
    labels, sequences = map(list, zip(*batch))
    texts = list(map(str, sequences))
    unknown = {piece for text in texts for piece in tokenizer.tokenize(text)} - tokenizer.get_vocab().keys()
    if unknown:
        raise KeyError(", ".join(sorted(unknown)))
    length = {"truncation": True, "max_length": max_residues + 2} if max_residues else {}
    tokens = tokenizer(texts, padding=True, return_tensors="pt", **length)["input_ids"]
    version = tuple(int(part) for part in transformers.__version__.split(".")[:2])
    if (4, 56) <= version < (5, 3) and tokens.eq(tokenizer.pad_token_id).any():
        raise ImportError(
            f"transformers {transformers.__version__} computes other numbers for padded batches: "
            "pip install 'transformers>=5.3', or 'transformers<4.56'"
        )
    return labels, sequences, tokens

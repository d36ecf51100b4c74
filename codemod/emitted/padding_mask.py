import transformers


def padding_mask(tokens, config):
    """True where tokens are not padding; refuses padding where transformers 4.56 to 5.2 compute other numbers."""
    mask = tokens.ne(config.pad_token_id)
    version = tuple(int(part) for part in transformers.__version__.split(".")[:2])
    if (4, 56) <= version < (5, 3) and not mask.all():
        raise RuntimeError("transformers 4.56 to 5.2 compute other numbers for padded batches: install another version")
    return mask

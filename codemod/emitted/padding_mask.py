import transformers


def padding_mask(tokens, config):
    """True where tokens are not padding; refuses what transformers 4.56 to 5.2 get wrong: <mask> beside padding."""
    mask = tokens.ne(config.pad_token_id)
    version = tuple(int(part) for part in transformers.__version__.split(".")[:2])
    if (4, 56) <= version < (5, 3) and not mask.all() and tokens.eq(config.mask_token_id).any():
        raise RuntimeError("transformers 4.56 to 5.2 compute wrong numbers for <mask> in a padded batch")
    return mask

import transformers


def padding_mask(tokens, config):
    """True where tokens are not padding; refuses more tokens than ESM-1b and ESM-1v have positions for."""
    positions = config.max_position_embeddings - config.pad_token_id - 1
    if config.position_embedding_type == "absolute" and tokens.size(1) > positions:
        raise ValueError(f"Sequence length {tokens.size(1)} above maximum sequence length of {positions}")
    mask = tokens.ne(config.pad_token_id)
    version = tuple(int(part) for part in transformers.__version__.split(".")[:2])
    if (4, 56) <= version < (5, 3) and not mask.all():
        raise ImportError(
            f"transformers {transformers.__version__} computes other numbers for padded batches: "
            "pip install 'transformers>=5.3', or 'transformers<4.56'"
        )
    return mask

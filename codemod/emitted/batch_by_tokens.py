def batch_by_tokens(records, toks_per_batch, extra_toks_per_seq=0):
    """Indices of (label, sequence) pairs, shortest first, in batches of at most toks_per_batch padded tokens."""
    batches, batch = [], []
    for size, index in sorted((len(sequence), index) for index, (_, sequence) in enumerate(records)):
        if batch and (size + extra_toks_per_seq) * (len(batch) + 1) > toks_per_batch:
            batches.append(batch)
            batch = []
        batch.append(index)
    return [*batches, batch] if batch else batches

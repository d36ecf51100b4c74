def read_fasta(path):
    """(label, sequence) pairs of a FASTA file; labels are whole header lines and must be unique."""
    records, parts = [], []
    with open(path) as lines:
        for number, line in enumerate(lines):
            if line.startswith(">"):
                parts = [] if records else parts
                records.append((line[1:].strip() or f"seqnum{number:09d}", parts))
            else:
                parts.append(line.strip())
    assert len({label for label, _ in records}) == len(records), "Found duplicate sequence labels"
    return [(label, "".join(parts)) for label, parts in records]

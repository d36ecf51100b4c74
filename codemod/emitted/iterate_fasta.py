def iterate_fasta(path):
    """(header, sequence) pairs of a FASTA file, as they are written."""
    with open(path) as lines:
        header, parts = None, []
        for line in lines:
            if line.startswith(">"):
                if header is not None:
                    yield header, "".join(parts)
                header, parts = line.strip().lstrip(">"), []
            else:
                assert header is not None, "the file starts without a header"
                parts.append(line.strip())
        assert header is not None, "no sequence in the file"
        yield header, "".join(parts)

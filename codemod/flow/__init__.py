"""What expressions mean: fair-esm's values followed through every program of the repository, to a fixpoint."""

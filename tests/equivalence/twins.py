"""The twin checkpoints, which the shipped package writes: see `validation/equivalence/twins.py`."""

from validation.equivalence.twins import WIDTH, Twins, write_tokenizer, write_twins

__all__ = ["WIDTH", "Twins", "write_tokenizer", "write_twins"]

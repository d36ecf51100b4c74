"""The random weights, which the shipped package makes: see `validation/equivalence/weights.py`."""

from validation.equivalence.weights import CHECKPOINTS, MASK, VOCABULARY, Weights, random_weights

__all__ = ["CHECKPOINTS", "MASK", "VOCABULARY", "Weights", "random_weights"]

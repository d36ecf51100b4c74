"""Proteins to measure with: random over the real alphabet, since poly-alanine hides faults (FASTESM2.md, fact 1)."""

from __future__ import annotations

import random
from dataclasses import dataclass

AMINO_ACIDS = "LAGVSERTIDPKQNFYMHWC"
#: The seed's own pair, of unequal length: (2, 11, hidden) with <cls> and <eos>.
SMOKE = ("MPRTEIN", "MSEQWENCE")
SEED = 7


@dataclass(frozen=True)
class Case:
    """A named batch of sequences; `masked` where it holds <mask>, `padded` where lengths differ."""

    name: str
    sequences: tuple[str, ...]

    @property
    def masked(self) -> bool:
        return any("<mask>" in item for item in self.sequences)

    @property
    def padded(self) -> bool:
        return len(set(map(residues, self.sequences))) > 1


def protein(length: int, source: random.Random) -> str:
    return "".join(source.choice(AMINO_ACIDS) for _ in range(length))


def residues(sequence: str) -> int:
    """Tokens without <cls> and <eos>."""
    return len(sequence.replace("<mask>", "#"))


def cases(long: int = 1030) -> tuple[Case, ...]:
    """What right and wrong models differ in: padding, <mask>, both, and more than 1024 residues."""
    source = random.Random(SEED)
    short, middle, other = (protein(length, source) for length in (9, 23, 38))
    hidden = middle[:7] + "<mask>" + middle[8:15] + "<mask>" + middle[16:]
    return (
        Case("one sequence", (middle,)),
        Case("mixed lengths, padded", (short, middle, other)),
        Case("with <mask>", (hidden,)),
        Case("padded, with <mask>", (short, hidden, other)),
        Case(f"{long} residues", (protein(long, source),)),
    )


def realistic(count: int, longest: int) -> tuple[str, ...]:
    """Lengths as proteomes have them: log-normal with median 300, from 30 residues to `longest`."""
    source = random.Random(SEED)
    lengths = (min(longest, max(30, int(source.lognormvariate(5.7, 0.7)))) for _ in range(count))
    return tuple(protein(length, source) for length in lengths)


def uniform(count: int, tokens: int) -> tuple[str, ...]:
    """Sequences that all have this many tokens with <cls> and <eos>."""
    source = random.Random(SEED)
    return tuple(protein(tokens - 2, source) for _ in range(count))

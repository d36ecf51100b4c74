"""Arithmetic of widths: which encoders beside ESM explain a number, and in how many ways."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from codemod.library import CHECKPOINTS
from codemod.widths.encoders import ENCODERS, Encoder

#: More vectors than ESM's and two others are not joined in practice, and would explain too many numbers.
_OTHERS = 2


@dataclass(frozen=True)
class Sum:
    """`old` plus the widths of other encoders (none: the bare width)."""

    old: int
    new: int
    others: tuple[Encoder, ...] = ()

    @property
    def before(self) -> int:
        return self.old + sum(each.width for each in self.others)

    @property
    def after(self) -> int:
        return self.new + sum(each.width for each in self.others)

    @property
    def words(self) -> frozenset[str]:
        return frozenset(each.word for each in self.others)


def candidate_numbers(old: int) -> list[int]:
    """The numbers that can be `old`, or `old` with known encoders beside it."""
    widths = sorted({each.width for each in ENCODERS})
    pairs = (sum(pair) for pair in combinations(widths, 2))
    return sorted({old, *(old + width for width in widths), *(old + pair for pair in pairs)})


def sums(old: int, new: int, encoders: Sequence[Encoder]) -> dict[int, list[Sum]]:
    """Every number that `old` explains, with the ways it does."""
    found: dict[int, list[Sum]] = {}
    for count in range(_OTHERS + 1):
        for others in combinations(encoders, count):
            made = Sum(old, new, others)
            found.setdefault(made.before, []).append(made)
    return found


def explained_otherwise(number: int, old: int, encoders: Sequence[Encoder]) -> Iterator[str]:
    """Ways in which other encoders and other ESM checkpoints add up to the number, without `old`."""
    widths = {each.name: each.width for each in encoders}
    for count in range(1, _OTHERS + 2):
        for chosen in combinations(sorted(widths), count):
            total = sum(widths[name] for name in chosen)
            if total == number:
                yield " + ".join(chosen)
            for checkpoint in CHECKPOINTS.values():
                if checkpoint.width != old and total + checkpoint.width == number:
                    yield " + ".join((checkpoint.name, *chosen))

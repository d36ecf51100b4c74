"""Widths that several embeddings of ESM have together: one joined with itself, or with another checkpoint's."""

from __future__ import annotations

from collections.abc import Collection

from codemod.library import CHECKPOINTS

#: Mean, maximum, first token and the like are joined; more than four of them are not, and would explain too much.
_MOST = 4


def totals(old: int, new: int, others: Collection[int] = ()) -> dict[int, tuple[str, int]]:
    """By number: the arithmetic behind it, and what it becomes. `others` are the other checkpoints' widths."""
    found = {count * old: (f"{count} x {old}", count * new) for count in range(2, _MOST + 1)}
    found.update({old + other: (f"{old} + {other}", 2 * new) for other in others if other != old})
    alone = {checkpoint.width for checkpoint in CHECKPOINTS.values()}
    return {number: told for number, told in found.items() if number not in alone}

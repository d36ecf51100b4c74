"""Which transformers releases are right for which code: ranges with reasons, not one number.

Everything here was tried or read in the sources of those releases (FASTESM2.md and FAIR_ESM.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from validation.environment import release
from validation.snapshot import DEFAULT_REVISION

REFUSED, WARNED, RIGHT = "refused", "warned", "right"
ANY, REMOTE, STOCK = "any code", "remote code", "stock EsmModel"
END = (1000,)


@dataclass(frozen=True)
class Range:
    """Releases from `first` (included) to `end` (excluded), for a kind of code and, if given, one revision of it."""

    first: tuple[int, ...]
    end: tuple[int, ...]
    code: str
    verdict: str
    reason: str
    revision: str = ""

    def holds(self, version: tuple[int, ...], code: str, revision: str) -> bool:
        concerned = self.code in (ANY, code) and self.revision in ("", revision)
        return concerned and self.first <= version < self.end


RANGES = (
    Range((0,), (4, 30), ANY, REFUSED, "older than the 4.30 that was asked for"),
    Range((4, 30), (4, 36), REMOTE, REFUSED, "4.30 to 4.35 load the model and fail in its first forward pass"),
    Range((4, 30), (4, 36), STOCK, REFUSED, "4.30 to 4.35 do not know attn_implementation, which the checks need"),
    Range((5, 0, 0), (5, 2, 0), REMOTE, REFUSED, "5.0.0 and 5.1.0 load the model without an error and leave it with "
          "random weights: use 4.45.2, 4.57.6 or 5.13 and later"),
    Range((4, 56), (5, 3), STOCK, WARNED, "4.56 to 5.2 are wrong for batches that have padding and <mask> (up to "
          "0.18): the mask is not handed to the embedding"),
    Range((4, 36), (5, 0), REMOTE, RIGHT, "tried from 4.36.2 to 4.57.6", DEFAULT_REVISION),
    Range((5, 2), END, REMOTE, RIGHT, "tried from 5.2.0 to 5.23.0, through AutoModel only: AutoModelForMaskedLM fails "
          "on 5.x", DEFAULT_REVISION),
)
UNTRIED = "this code was not tried with this release: code from 2026-02-19 on fails on 4.x, code of " \
    "2026-03 to 06 in float16 and on 5.x; the checks below decide"


def verdicts(version: str, code: str, revision: str) -> Iterator[Range]:
    """Every range that says something about this release and code, the gravest first.

    Code without revision is this package's own synthetic one, which was tried with all of them.
    """
    order = (REFUSED, WARNED, RIGHT)
    found = [item for item in RANGES if item.holds(_three(version), code, revision)]
    if not found and code == REMOTE and revision:
        found = [Range((0,), END, REMOTE, WARNED, UNTRIED)]
    yield from sorted(found, key=lambda item: order.index(item.verdict))


def masks_padded_right(version: str) -> bool:
    """Whether stock `EsmModel` of this release is right for batches with padding and <mask>."""
    return not any(item.verdict == WARNED for item in verdicts(version, STOCK, ""))


def _three(version: str) -> tuple[int, ...]:
    return (*release(version), 0, 0)[:3]

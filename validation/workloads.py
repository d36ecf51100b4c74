"""Batches to time, and how many of them a machine can be asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor

from validation.lab import Lab
from validation.sequences import realistic, uniform

MIX = "mix"


@dataclass(frozen=True)
class Plan:
    """Lengths in tokens, batch sizes, the size of the realistic mix, and seconds for each workload."""

    lengths: tuple[int, ...]
    batches: tuple[int, ...]
    mix: int
    seconds: float


WHOLE = Plan((128, 512, 1024, 2048), (1, 8, 32), 32, 20.0)
#: By device and shape. A CPU shows that the path is whole, in the fewest rounds that bound a median; the claim is about
#: a GPU.
PLANS = {
    ("cuda", True): WHOLE,
    ("cuda", False): Plan((128, 512, 1024, 2048), (1, 8), 8, 2.0),
    ("cpu", True): Plan((128, 512), (1,), 0, 0.0),
    ("cpu", False): Plan((128, 512), (1,), 4, 1.0),
}
#: Why a plan has less than the whole, by the same keys.
REASONS = {
    ("cuda", False): "the tiny shape shows no more with it",
    ("cpu", True): "one pass takes up to minutes on a CPU",
    ("cpu", False): "the tiny shape on a CPU shows no more with it",
}
#: A shape of at least this width is the real model's.
FULL_WIDTH = 1280


@dataclass(frozen=True)
class Workload:
    """Ids and mask (batch, longest), int64; `length` is the longest sequence in tokens, padding excluded elsewhere."""

    name: str
    length: int
    ids: Tensor
    mask: Tensor
    flops: float

    @property
    def batch(self) -> int:
        return int(self.ids.shape[0])

    @property
    def tokens(self) -> int:
        """Real ones."""
        return int(self.mask.sum())

    @property
    def padded(self) -> bool:
        return self.tokens < self.mask.numel()

    def first(self, count: int) -> tuple[Tensor, Tensor]:
        """A part small enough for the float32 reference: every position is still there."""
        return self.ids[:count], self.mask[:count]


def plan(lab: Lab) -> Plan:
    """What suits the device and shape, with what was asked for on the command line."""
    found = PLANS[lab.device.type, is_full(lab)]
    settings = lab.settings
    seconds = found.seconds if settings.seconds is None else settings.seconds
    return Plan(settings.lengths or found.lengths, found.batches, found.mix, seconds)


def not_planned(lab: Lab) -> Iterator[tuple[str, str]]:
    """What of the whole plan this device and shape leave out, each with the reason."""
    planned, why = plan(lab), REASONS.get((lab.device.type, is_full(lab)), "")
    lengths = [str(length) for length in WHOLE.lengths if length not in planned.lengths]
    if lengths and not lab.settings.lengths:
        yield f"{' and '.join(lengths)} tokens", f"{why}; --lengths {','.join(lengths)} asks for them"
    batches = [str(size) for size in WHOLE.batches if size not in planned.batches]
    if batches:
        yield f"batches of {' and '.join(batches)}", why
    if not planned.mix:
        yield "the mix of lengths", why


def is_full(lab: Lab) -> bool:
    return lab.shape.hidden >= FULL_WIDTH


def workloads(lab: Lab) -> list[Workload]:
    """Every length with every batch size, then the realistic mix up to the greatest length."""
    wanted = plan(lab)
    found = [
        _workload(lab, f"{length} tokens x {batch}", uniform(batch, length))
        for length in wanted.lengths
        for batch in wanted.batches
    ]
    longest = max(wanted.lengths)
    if not wanted.mix:
        return found
    return [*found, _workload(lab, f"{MIX} x {wanted.mix}, up to {longest}", realistic(wanted.mix, longest - 2))]


def _workload(lab: Lab, name: str, sequences: tuple[str, ...]) -> Workload:
    ids, mask = lab.tokens(sequences)
    flops = sum(lab.shape.flops(length, length) for length in mask.sum(-1).tolist())
    return Workload(name, int(ids.shape[1]), ids, mask, flops)

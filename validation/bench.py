"""The benchmark: four pairs of programs on the same batches, each verified first and then timed in turns."""

from __future__ import annotations

import gc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Callable, Optional

import torch
from torch import Tensor

from validation import kernels, timing
from validation.agreement import BOUNDS, Agreement, agreement
from validation.lab import Lab
from validation.records import Timing
from validation.reference import eager
from validation.workloads import Workload, is_full

Forward = Callable[[Tensor, Tensor], Tensor]

#: What each pair compares the model under validation (its SDPA path) with.
PAIRS = {
    "a": "our own eager attention, same dtype, no attentions kept",
    "b": "stock EsmModel with SDPA, same dtype",
    "c": "the published pairing: stock EsmModel, eager, float32",
    "d": "the model's own output_attentions=True path",
}
CLAIM, FLOOR = 2.0, 1.3
CONFIRMED, FASTER, REFUTED, UNDECIDED = "claim confirmed", "faster", "refuted", "undecided"
#: Rounds between two looks at the interval.
LOOK = 10
#: Fewer rounds bound no median: the extremes of six hold it with 97 %.
ROUNDS = 6


@dataclass(frozen=True)
class Side:
    """A program and the precision it computes in."""

    forward: Forward
    dtype: torch.dtype


@dataclass(frozen=True)
class Row:
    """One pair on one workload; `agreed` is the baseline against the float32 reference, `own` the model."""

    workload: str
    length: int
    batch: int
    pair: str
    dtype: str
    baseline: Timing
    model: Timing
    interval: tuple[float, float]
    agreed: Agreement
    own: Agreement
    right: bool
    kernel: str
    kernel_unmasked: str

    @property
    def speedup(self) -> float:
        return timing.ratio(self.baseline.samples, self.model.samples)

    @property
    def verdict(self) -> str:
        return verdict(self.interval) if self.rounds >= ROUNDS else UNDECIDED

    @property
    def rounds(self) -> int:
        return len(self.model.samples)

    @property
    def sentence(self) -> str:
        """The verdict with its number: what this row lets one say."""
        low, high = self.interval
        words = {FASTER: "faster, claim not confirmed", REFUTED: "refuted at this length"}
        few = f", {self.rounds} rounds only (--seconds)" if self.rounds < ROUNDS else ""
        return f"{words.get(self.verdict, self.verdict)}: {self.speedup:.2f} x [{low:.2f}, {high:.2f}]{few}"


def verdict(interval: tuple[float, float]) -> str:
    """Confirmed from 2.0, faster from 1.3, refuted below 1.3, by the whole interval; otherwise undecided."""
    low, high = interval
    if low >= CLAIM:
        return CONFIRMED
    if low >= FLOOR:
        return FASTER
    return REFUTED if high < FLOOR else UNDECIDED


def sides(lab: Lab) -> dict[str, Side]:
    """The model and its baselines by the pair's letter; a pair that this release cannot run is left out."""
    dtype = lab.dtype
    model = lab.model(dtype)
    found = {"model": Side(model, dtype), "a": Side(lab.reference(dtype, eager), dtype)}
    if lab.stock_attention == "sdpa":
        found["b"] = Side(lab.stock(dtype, "sdpa"), dtype)
    if dtype != torch.float32 or not is_full(lab):  # in float32 it is only one more eager baseline: not worth 2.6 GB
        found["c"] = Side(lab.stock(torch.float32, "eager"), torch.float32)
    if lab.settings.remote_code:
        found["d"] = Side(model.by_hand, dtype)
    return found


def measure(lab: Lab, work: Workload, programs: Mapping[str, Side], truth: Forward, seconds: float) -> list[Row]:
    """Verify every program on this workload, then time those that fit into memory, in turns."""
    agreed = _verify(work, programs, truth)
    kinds = _kernels(work, programs["model"])
    peaks = {name: _peak(lab, work, side) for name, side in programs.items() if name in agreed}
    samples = _time(lab, work, {name: programs[name] for name in peaks}, seconds)
    times = {
        name: Timing(name, found, work.tokens, work.flops, peaks[name]) for name, found in samples.items()
    }
    return [_row(work, pair, times, agreed, programs, kinds) for pair in PAIRS if pair in times and "model" in times]


def _verify(work: Workload, programs: Mapping[str, Side], truth: Forward) -> dict[str, Agreement]:
    ids, mask = work.first(2)
    want = truth(ids, mask)
    found: dict[str, Agreement] = {}
    for name, side in programs.items():
        got = _fits(lambda side=side: side.forward(work.ids, work.mask)[: len(ids)].clone())  # type: ignore[misc]
        if got is not None:
            found[name] = agreement(got, want, mask.bool())
    return found


def _fits(run: Callable[[], Tensor]) -> Optional[Tensor]:
    """None where the device's memory is too small."""
    try:
        return run()
    except torch.cuda.OutOfMemoryError:
        gc.collect()
        torch.cuda.empty_cache()
        return None


def _kernels(work: Workload, model: Side) -> tuple[str, str]:
    ids, mask = work.first(1)
    if ids.device.type == "cpu":  # the choice does not depend on the length there
        ids, mask = ids[:, :64], mask[:, :64]
    unmasked: Callable[..., Tensor] = model.forward
    return kernels.used(lambda: model.forward(ids, mask)), kernels.used(lambda: unmasked(ids, None))


def _peak(lab: Lab, work: Workload, side: Side) -> Optional[int]:
    """Bytes that one pass takes at most, beyond what was held before it (the weights); not counted on a CPU."""
    if lab.device.type != "cuda":
        return None
    before = torch.cuda.memory_allocated()
    torch.cuda.reset_peak_memory_stats()
    side.forward(work.ids, work.mask)
    return torch.cuda.max_memory_allocated() - before


def _time(lab: Lab, work: Workload, programs: Mapping[str, Side], seconds: float) -> dict[str, tuple[float, ...]]:
    clock = timing.clock_for(lab.device)
    runs: dict[str, timing.Run] = {
        name: lambda side=side: side.forward(work.ids, work.mask)  # type: ignore[misc]
        for name, side in programs.items()
    }
    for run in runs.values():
        timing.warm(run, clock, seconds / 20)
    return timing.in_turns(runs, clock, decided, seconds)


def decided(samples: Mapping[str, Sequence[float]]) -> bool:
    """Whether pair (a)'s interval lies wholly on one side of both the floor and the claim."""
    if "a" not in samples or len(samples["a"]) % LOOK or not samples["a"]:
        return False
    low, high = timing.interval(samples["a"], samples["model"])
    return not any(low < limit <= high for limit in (FLOOR, CLAIM))


def _row(
    work: Workload, pair: str, times: Mapping[str, Timing], agreed: Mapping[str, Agreement],
    programs: Mapping[str, Side], kinds: tuple[str, str],
) -> Row:
    baseline, model = times[pair], times["model"]
    right = all(BOUNDS[programs[name].dtype].hold(agreed[name]) for name in (pair, "model"))
    return Row(
        work.name, work.length, work.batch, pair, str(programs["model"].dtype).split(".")[-1], baseline, model,
        timing.interval(baseline.samples, model.samples), agreed[pair], agreed["model"], right, *kinds,
    )

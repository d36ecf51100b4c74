"""The benchmark: four pairs of programs on the same batches, each verified first and then timed in turns."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Callable, Optional

import torch
from torch import Tensor

from validation import kernels, timing
from validation.agreement import BOUNDS, Agreement, agreement
from validation.lab import Lab
from validation.records import Timing
from validation.reference import eager
from validation.workloads import Workload

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
#: What to do about an interval that is too wide.
OPEN = "a quieter machine or a greater --seconds decides it"
TOO_BIG = "out of memory"
#: Rounds between two looks at the interval.
LOOK = 10


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
        return verdict(self.interval)

    @property
    def sentence(self) -> str:
        """The verdict with its number: what this row lets one say."""
        low, high = self.interval
        words = {FASTER: "faster, claim not confirmed", REFUTED: "refuted at this length"}
        why = f" reaches over {FLOOR}; {OPEN}" if self.verdict == UNDECIDED else ""
        return f"{words.get(self.verdict, self.verdict)}: {self.speedup:.2f} x [{low:.2f}, {high:.2f}]{why}"


@dataclass(frozen=True)
class LeftOut:
    """What was not timed, and why: a pair on a workload, every pair (`""`) on it, or a pair on every workload."""

    workload: str
    pair: str
    why: str

    def __str__(self) -> str:
        pair = f"({self.pair})" if self.pair else ""
        return f"{' on '.join(part for part in (pair, self.workload) if part)}: {self.why}"


def verdict(interval: tuple[float, float]) -> str:
    """Confirmed from 2.0, faster from 1.3, refuted below 1.3, by the whole interval; otherwise undecided."""
    low, high = interval
    if low >= CLAIM:
        return CONFIRMED
    if low >= FLOOR:
        return FASTER
    return REFUTED if high < FLOOR else UNDECIDED


def sides(lab: Lab) -> dict[str, Side]:
    """The model and its baselines by the pair's letter, without those that `impossible` names."""
    dtype, without = lab.dtype, {item.pair for item in impossible(lab)}
    model = lab.model(dtype)
    found = {"model": Side(model, dtype), "a": Side(lab.reference(dtype, eager), dtype)}
    if "b" not in without:
        found["b"] = Side(lab.stock(dtype, "sdpa"), dtype)
    found["c"] = Side(lab.stock(torch.float32, "eager"), torch.float32)
    if "d" not in without:
        found["d"] = Side(model.by_hand, dtype)
    return found


def impossible(lab: Lab) -> Iterator[LeftOut]:
    """The pairs that this release or these options do not have."""
    if lab.stock_attention != "sdpa":
        version = lab.environment.versions["transformers"]
        yield LeftOut("", "b", f"stock EsmModel of transformers {version} has no SDPA, 4.56 and later have")
    if not lab.settings.remote_code:
        yield LeftOut("", "d", "--no-remote-code was asked for, and that path is the remote code's")


def measure(
    lab: Lab, work: Workload, programs: Mapping[str, Side], truth: Forward, seconds: float
) -> Iterator[Row | LeftOut]:
    """Verify every program on this workload, then time those that fit into memory, in turns."""
    agreed = _verify(work, programs, truth)
    if "model" not in agreed:
        yield LeftOut(work.name, "", TOO_BIG)
        return
    kinds = _kernels(work, programs["model"])
    peaks = {name: _peak(lab, work, side) for name, side in programs.items() if name in agreed}
    samples = _time(lab, work, {name: programs[name] for name in peaks}, seconds)
    times = {
        name: Timing(name, found, work.tokens, work.flops, peaks[name]) for name, found in samples.items()
    }
    for pair in (pair for pair in PAIRS if pair in programs):
        fits = pair in times
        yield _row(work, pair, times, agreed, programs, kinds) if fits else LeftOut(work.name, pair, TOO_BIG)


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

"""Timing two programs fairly: warm until stable, in turns, raw samples kept, an interval instead of one number."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping, Sequence
from typing import Any, Callable

import torch

from validation.records import Failed, Timing

Run = Callable[[], object]
Clock = Callable[[Run], float]

WINDOW, STABLE = 10, 0.02
RESAMPLES, CONFIDENCE = 2000, 0.95
#: Fewer rounds bound no median: the extremes of six hold it with 97 %.
ROUNDS = 6
#: A sample must be positive; more bad ones than this share mean that the clock is not to be trusted.
BAD_SHARE = 0.1


def cpu_clock(run: Run) -> float:
    """CPU seconds of this process, all threads: what other programs on the machine do does not count."""
    start = time.process_time()
    run()
    return time.process_time() - start


def cuda_clock(run: Run) -> float:
    """Device seconds between two CUDA events around the run."""
    event: Any = torch.cuda.Event
    start, stop = event(enable_timing=True), event(enable_timing=True)
    torch.cuda.synchronize()
    start.record()
    run()
    stop.record()
    torch.cuda.synchronize()
    return float(start.elapsed_time(stop)) / 1000


def clock_for(device: torch.device) -> Clock:
    return cuda_clock if device.type == "cuda" else cpu_clock


def warm(run: Run, clock: Clock, seconds: float) -> None:
    """Run until the medians of two windows of 10 differ by less than 2 %, or the time is spent.

    It may be spent at once: the run that was verified before has warmed up already.
    """
    samples: list[float] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end and not _stable(samples):
        samples.append(clock(run))


def in_turns(
    runs: Mapping[str, Run], clock: Clock, enough: Callable[[Mapping[str, Sequence[float]]], bool], seconds: float
) -> dict[str, tuple[float, ...]]:
    """One sample of each run in every round, until `enough` says so or the time is spent, after 6 rounds at least.

    Turns make slow drifts of a shared or throttling machine hit both sides alike. A round with a sample that is
    not positive is dropped; raises Failed where the clock gives such samples again and again.
    """
    samples: dict[str, list[float]] = {name: [] for name in runs}
    end, rounds, bad = time.monotonic() + seconds, 0, 0
    while rounds - bad < ROUNDS or not (time.monotonic() > end or enough(samples)):
        took = {name: clock(run) for name, run in runs.items()}
        rounds += 1
        if min(took.values()) <= 0:
            bad += 1
            _trust(bad, rounds)
            continue
        for name, one in took.items():
            samples[name].append(one)
    return {name: tuple(found) for name, found in samples.items()}


def ratio(slow: Sequence[float], fast: Sequence[float]) -> float:
    """How many times faster: the median of one over the median of the other."""
    return statistics.median(slow) / statistics.median(fast)


def interval(slow: Sequence[float], fast: Sequence[float]) -> tuple[float, float]:
    """Bootstrap interval (95 %) of `ratio`, by rounds: samples of one round are drawn together."""
    generator = torch.Generator().manual_seed(1)
    rounds = torch.randint(len(slow), (RESAMPLES, len(slow)), generator=generator)
    above, below = (torch.tensor(side, dtype=torch.float64)[rounds].quantile(0.5, dim=1) for side in (slow, fast))
    tail = (1 - CONFIDENCE) / 2
    low, high = torch.quantile(above / below, torch.tensor([tail, 1 - tail], dtype=torch.float64)).tolist()
    return float(low), float(high)


def noisy(timing: Timing) -> bool:
    """Whether the samples spread too widely (a tenth of the median) to be quoted without saying so."""
    return timing.spread > 0.1


def _stable(samples: Sequence[float]) -> bool:
    if len(samples) < 2 * WINDOW:
        return False
    before, now = (statistics.median(part) for part in (samples[-2 * WINDOW:-WINDOW], samples[-WINDOW:]))
    return abs(now - before) <= STABLE * before


def _trust(bad: int, rounds: int) -> None:
    if bad > 3 and bad > BAD_SHARE * rounds:
        raise Failed(f"the clock is not to be trusted: {bad} of {rounds} rounds took no time or less")

"""Clocks, turns, intervals and verdicts, with clocks that are given by hand: nothing here depends on the machine."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import pytest
import torch

from validation import timing
from validation.bench import CONFIRMED, FASTER, REFUTED, UNDECIDED, decided, verdict
from validation.peaks import peak
from validation.records import Failed, Timing
from validation.timing import in_turns, interval, noisy, ratio, warm


def clock_of(readings: Iterator[float]) -> timing.Clock:
    def clock(run: timing.Run) -> float:
        run()
        return next(readings)

    return clock


def never(_: object) -> bool:
    return False


def after(rounds: int):  # type: ignore[no-untyped-def]
    return lambda samples: len(next(iter(samples.values()))) >= rounds


def nothing() -> None:
    pass


def test_runs_take_turns() -> None:
    order: list[str] = []
    runs = {name: (lambda name=name: order.append(name)) for name in ("slow", "fast")}  # type: ignore[misc]
    in_turns(runs, clock_of(itertools.repeat(1.0)), after(8), seconds=60)
    assert order == ["slow", "fast"] * 8


def test_every_sample_is_kept() -> None:
    samples = in_turns({"a": nothing}, clock_of(iter([3.0, 1.0, 2.0, 5.0, 4.0, 6.0])), after(6), seconds=60)
    assert samples == {"a": (3.0, 1.0, 2.0, 5.0, 4.0, 6.0)}


def test_six_rounds_are_run_even_without_time() -> None:
    """Fewer bound no median: without them there would be no verdict."""
    samples = in_turns({"a": nothing}, clock_of(itertools.repeat(1.0)), never, seconds=-1)
    assert len(samples["a"]) == 6


def test_a_clock_that_jumps_back_once_loses_that_round_only() -> None:
    readings = iter([1.0, 2.0, -3600.0, 2.0, *[1.0, 2.0] * 5])
    samples = in_turns({"a": nothing, "b": nothing}, clock_of(readings), after(3), seconds=60)
    assert samples == {"a": (1.0,) * 6, "b": (2.0,) * 6}


def test_a_clock_that_jumps_ahead_once_moves_neither_median_nor_interval() -> None:
    slow, fast = [2.0] * 20, [1.0] * 20
    slow[7] = 3600.0
    assert ratio(slow, fast) == 2.0
    assert interval(slow, fast) == (2.0, 2.0)


def test_a_clock_that_stands_still_is_not_believed() -> None:
    with pytest.raises(Failed, match="clock is not to be trusted"):
        in_turns({"a": nothing}, clock_of(itertools.repeat(0.0)), never, seconds=60)


def test_warming_ends_when_two_windows_agree() -> None:
    runs: list[int] = []
    falling = itertools.chain((10.0 - number * 0.5 for number in range(15)), itertools.repeat(2.0))
    warm(lambda: runs.append(1), clock_of(falling), seconds=60)
    assert 20 <= len(runs) <= 40


def test_warming_ends_when_its_time_is_spent() -> None:
    runs: list[int] = []
    warm(lambda: runs.append(1), clock_of(itertools.count(1.0)), seconds=-1)
    assert runs == []


def test_an_interval_holds_the_ratio_and_shrinks_with_samples() -> None:
    generator = torch.Generator().manual_seed(3)
    widths = []
    for count in (10, 400):
        slow = (2 + 0.2 * torch.randn(count, generator=generator)).tolist()
        fast = (1 + 0.1 * torch.randn(count, generator=generator)).tolist()
        low, high = interval(slow, fast)
        assert low <= ratio(slow, fast) <= high
        widths.append(high - low)
    assert widths[1] < widths[0] / 2


def test_a_drift_that_hits_both_sides_does_not_move_the_ratio() -> None:
    drift = [1 + number / 20 for number in range(20)]
    assert ratio([2 * value for value in drift], drift) == pytest.approx(2.0)


@pytest.mark.parametrize(("bounds", "word"), [
    ((2.0, 2.4), CONFIRMED), ((1.31, 1.9), FASTER), ((1.9, 2.3), FASTER), ((0.5, 0.6), REFUTED), ((1.0, 1.29), REFUTED),
    ((1.1, 1.5), UNDECIDED), ((1.2, 2.5), UNDECIDED), ((float("nan"), float("nan")), UNDECIDED),
])
def test_a_verdict_needs_the_whole_interval(bounds: tuple[float, float], word: str) -> None:
    assert verdict(bounds) == word


@pytest.mark.parametrize(("slow", "enough"), [
    ([3.0] * 10, True), ([3.0] * 9, False), ([1.0] * 10, True), ([1.6] * 10, True), ([1.2, 1.4] * 5, False),
    ([], False),
])
def test_sampling_goes_on_while_the_verdict_is_open(slow: Sequence[float], enough: bool) -> None:
    assert decided({"a": slow, "model": [1.0] * len(slow)}) is enough


def test_a_wide_spread_warns() -> None:
    assert noisy(Timing("a", (1.0, 1.0, 1.5, 2.0)))
    assert not noisy(Timing("a", (1.0, 1.0, 1.01, 1.02)))


@pytest.mark.parametrize(("device", "dtype", "most"), [
    ("NVIDIA H100 80GB HBM3", "float16", 989.0), ("NVIDIA H100 PCIe", "bfloat16", 756.0),
    ("NVIDIA A100-SXM4-40GB", "float16", 312.0), ("NVIDIA L40", "float16", 181.0), ("NVIDIA L4", "float16", 121.0),
    ("NVIDIA GB200", "float16", 2500.0), ("NVIDIA RTX A4000", "float16", None), ("NVIDIA A40", "float16", 150.0),
    ("NVIDIA GeForce RTX 4090 Laptop GPU", "float16", None), ("NVIDIA A100-SXM4-40GB MIG 1g.5gb", "float16", None),
    ("NVIDIA GB10", "float16", None), ("CPU (x86_64)", "float32", None),
    ("NVIDIA H100 80GB HBM3", "float32", None),
])
def test_peaks_are_quoted_or_unknown(device: str, dtype: str, most: float) -> None:
    assert peak(device, dtype) == most

from __future__ import annotations

from collections.abc import Iterator

from validation import bench
from validation.bench import FLOOR, PAIRS, ROUNDS, Row
from validation.check import check
from validation.lab import Lab
from validation.records import Measured
from validation.workloads import is_full, plan, workloads

LONG = 500
OTHER = "this program computes other numbers ({agreed}): its time says nothing"
SLOW = "SDPA is not that much faster here at any such length: see the table for the kernel that ran, ENV-01b for the " \
    "build; nan means too few rounds (--seconds)"
NOT_RUN = "not run: this release has no such attention, the options exclude it, or the memory is too small"
UNJUDGED = "measured, not judged: the claim is about the real shape on a GPU (--min-speedup X judges here too)"


@check(needs=("ENV-04c",))
def sdpa_is_faster(lab: Lab) -> Iterator[Measured]:
    """SDPA is faster than attention by hand in the same precision, at a length of 500 tokens or more.

    Four baselines, each with its agreement beside it; the same-dtype one, (a), decides. It must reach
    --min-speedup (default 1.3) with the lower end of its 95 % interval; "2 x" is said only from 2.0 on.
    On a CPU and for the tiny shape the speed is shown and judged only if --min-speedup is given.
    """
    lab.release()
    lab.rows.extend(_rows(lab))
    yield from _agreements(lab.rows)
    yield from _verdicts(lab.rows)
    yield _decision(lab)


def _rows(lab: Lab) -> Iterator[Row]:
    programs, truth, seconds = bench.sides(lab), lab.reference(), plan(lab).seconds
    for work in workloads(lab):
        lab.tell(f"timing {work.name}")
        yield from bench.measure(lab, work, programs, truth, seconds)


def _agreements(rows: list[Row]) -> Iterator[Measured]:
    for pair in PAIRS:
        found = [row for row in rows if row.pair == pair]
        if not found:
            yield Measured(f"({pair}) {PAIRS[pair]}", NOT_RUN)
            continue
        wrong = next((row for row in found if not row.right), None)
        advice = OTHER.format(agreed=wrong.agreed) if wrong else ""
        yield Measured(
            f"({pair}) {PAIRS[pair]}: agrees with the reference", wrong is None,
            equals=None if pair == "d" else True, advice=advice, warning=advice if pair == "d" else "",
        )


def _verdicts(rows: list[Row]) -> Iterator[Measured]:
    for row in rows:
        if row.pair == "a":
            yield Measured(f"{row.workload}", row.sentence)


def _decision(lab: Lab) -> Measured:
    judged = lab.settings.min_speedup is not None or (lab.device.type == "cuda" and is_full(lab))
    least = lab.settings.min_speedup if lab.settings.min_speedup is not None else FLOOR
    long = [row for row in lab.rows if row.pair == "a" and row.length >= LONG and row.rounds >= ROUNDS]
    if not long and not judged:
        return Measured(f"same-dtype speed-up at {LONG} tokens or more", "too few rounds to say", warning=UNJUDGED)
    best = max((row.interval[0] for row in long), default=float("nan"))
    return Measured(
        f"same-dtype speed-up at {LONG} tokens or more, lower end of the best interval", best, unit="x",
        at_least=least if judged else None, advice=SLOW, warning="" if judged else UNJUDGED,
    )

from __future__ import annotations

from collections.abc import Iterator

from validation import bench
from validation.bench import FLOOR, OPEN, PAIRS, LeftOut, Row
from validation.check import check
from validation.lab import Lab
from validation.records import Failed, Measured
from validation.workloads import is_full, not_planned, plan, workloads

LONG = 500
OTHER = "this program computes other numbers ({agreed}): its time says nothing"
SLOW = "SDPA is not that much faster here at any such length: the table names the kernel that ran, ENV-01b the build"
WIDE = f"not decided: the interval reaches over that limit; {OPEN}"
NO_LONG = f"no length of {LONG} tokens or more was timed: ask for one with --lengths, or see below what was left out"
NO_SDPA = "the model under validation has no SDPA: stock EsmModel has it from transformers 4.56 on; use that, or " \
    "leave out --no-remote-code"
UNJUDGED = "measured, not judged: the claim is about the real shape on a GPU (--min-speedup X judges here too)"


@check(needs=("ENV-04c",))
def sdpa_is_faster(lab: Lab) -> Iterator[Measured]:
    """SDPA is faster than attention by hand in the same precision, at a length of 500 tokens or more.

    Four baselines, each with its agreement beside it; the same-dtype one, (a), decides. It must reach
    --min-speedup (default 1.3) with the lower end of its 95 % interval; "2 x" is said only from 2.0 on.
    On a CPU and for the tiny shape the speed is shown and judged only if --min-speedup is given.
    """
    if not lab.settings.remote_code and lab.stock_attention != "sdpa":
        raise Failed(NO_SDPA)
    lab.release()
    _time(lab)
    yield from _agreements(lab.rows)
    yield from _verdicts(lab.rows)
    yield from (Measured("left out", str(item)) for item in lab.left_out)
    yield from _where(lab)
    yield _decision(lab)


def _time(lab: Lab) -> None:
    lab.left_out.extend(bench.impossible(lab))
    lab.left_out.extend(LeftOut(what, "", why) for what, why in not_planned(lab))
    programs, truth, seconds = bench.sides(lab), lab.reference(), plan(lab).seconds
    work = workloads(lab)
    for number, one in enumerate(work, 1):
        lab.tell(f"timing {one.name} ({number} of {len(work)})")
        for found in bench.measure(lab, one, programs, truth, seconds):
            lab.rows.append(found) if isinstance(found, Row) else lab.left_out.append(found)


def _agreements(rows: list[Row]) -> Iterator[Measured]:
    for pair in sorted({row.pair for row in rows}):
        found = [row for row in rows if row.pair == pair]
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


def _where(lab: Lab) -> Iterator[Measured]:
    """On which workloads the lower end of the interval reaches what is asked for, and on which it does not."""
    least, same = _least(lab), [row for row in lab.rows if row.pair == "a"]
    for words, cleared in (("reaches", True), ("does not reach", False)):
        names = [row.workload for row in same if (row.interval[0] >= least) is cleared]
        yield Measured(f"same-dtype speed-up {words} {least:g} at", ", ".join(names) or "none")


def _least(lab: Lab) -> float:
    return FLOOR if lab.settings.min_speedup is None else lab.settings.min_speedup


def _decision(lab: Lab) -> Measured:
    judged = lab.settings.min_speedup is not None or (lab.device.type == "cuda" and is_full(lab))
    least = _least(lab)
    long = [row for row in lab.rows if row.pair == "a" and row.length >= LONG]
    if not long and judged:
        raise Failed(NO_LONG)
    if not long:
        return Measured(f"same-dtype speed-up at {LONG} tokens or more", "none was timed", warning=UNJUDGED)
    best = max(row.interval[0] for row in long)
    open_ = any(row.interval[1] >= least for row in long)
    return Measured(
        f"same-dtype speed-up at {LONG} tokens or more, lower end of the best interval", best, unit="x",
        at_least=least if judged else None, advice=WIDE if open_ else SLOW, warning="" if judged else UNJUDGED,
    )

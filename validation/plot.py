"""Speed-up and memory against length, with intervals, as png or svg."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from validation.bench import CLAIM, FLOOR, PAIRS, Row
from validation.environment import Environment
from validation.workloads import MIX

#: A pair has its marker and colour, a batch size its line.
MARKS, LINES = ("o", "s", "^", "D"), ("-", "--", ":", "-.")
BELOW = {"fontsize": 7, "loc": "upper left", "bbox_to_anchor": (0, -0.15), "ncols": 4}


def save(rows: Sequence[Row], machine: Environment, weights: str, target: Path) -> None:
    """Draw the rows; memory has its own panel where it was counted (on a GPU)."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    counted = any(row.model.peak_bytes is not None for row in rows)
    size = (7 + 5 * counted, 5.5)
    figure, panels = pyplot.subplots(1, 1 + counted, figsize=size, squeeze=False, layout="constrained")
    _speed(panels[0][0], rows)
    if counted:
        _memory(panels[0][1], rows)
    figure.suptitle(
        f"SDPA against other attention, {machine.device_name}, torch {machine.versions['torch']}, "
        f"{machine.date[:10]}\n{weights}{'' if counted else '; memory is counted on a GPU only'}", fontsize=9,
    )
    figure.savefig(target, dpi=150)
    pyplot.close(figure)


def _speed(axes: Any, rows: Sequence[Row]) -> None:
    for number, (pair, batch, found) in enumerate(_lines(rows)):
        heights = [row.speedup for row in found]
        below = [row.speedup - row.interval[0] for row in found]
        above = [row.interval[1] - row.speedup for row in found]
        place = [row.length * (1 + 0.02 * number) for row in found]  # side by side, so that intervals do not hide
        axes.errorbar(
            place, heights, yerr=[[max(0.0, side) for side in below], [max(0.0, side) for side in above]],
            capsize=3, linewidth=1, label=f"({pair}) batch {batch}", **_style(rows, pair, batch),
        )
    for height, word in ((1.0, "same speed"), (FLOOR, f"floor {FLOOR}"), (CLAIM, f"claim {CLAIM}")):
        axes.axhline(height, color="grey", linestyle=":" if height > 1 else "-", linewidth=0.8)
        axes.annotate(word, (1.01, height), xycoords=("axes fraction", "data"), fontsize=7, va="center")
    _length_axis(axes, rows)
    axes.set_ylabel("times faster (median, 95 % interval)")
    axes.set_ylim(bottom=0)
    wrong = {row.pair for row in rows if not row.right}
    pairs = "\n".join(
        f"({pair}) {PAIRS[pair]}{' (computes other numbers: no baseline)' if pair in wrong else ''}"
        for pair in sorted({row.pair for row in rows})
    )
    axes.legend(title=pairs, title_fontsize=7, **BELOW)


def _memory(axes: Any, rows: Sequence[Row]) -> None:
    for pair, batch, found in _lines(rows):
        kept = [row for row in found if row.baseline.peak_bytes and row.model.peak_bytes]
        places = [row.length for row in kept]
        used = [(row.baseline.peak_bytes or 0) / 1e9 for row in kept]
        axes.plot(places, used, label=f"({pair}) batch {batch}", **_style(rows, pair, batch))
        if pair == "a":
            held = [(row.model.peak_bytes or 0) / 1e9 for row in kept]
            own = {**_style(rows, pair, batch), "marker": "x", "color": "black"}
            axes.plot(places, held, label=f"model, batch {batch}", **own)
    _length_axis(axes, rows)
    axes.set_ylabel("peak memory of one pass, without weights (GB)")
    axes.set_yscale("log")
    axes.legend(**BELOW)


def _style(rows: Sequence[Row], pair: str, batch: int) -> dict[str, Any]:
    number = sorted({row.batch for row in rows}).index(batch)
    place = sorted(PAIRS).index(pair)
    return {"marker": MARKS[place], "color": f"C{place}", "linestyle": LINES[number % len(LINES)]}


def _length_axis(axes: Any, rows: Sequence[Row]) -> None:
    ticks = sorted({row.length for row in rows})
    axes.set_xscale("log", base=2)
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.minorticks_off()
    axes.set_xlabel("tokens per sequence")


def _lines(rows: Sequence[Row]) -> list[tuple[str, int, list[Row]]]:
    """Rows of one pair and batch size, by length; the mix is in the table only."""
    even = sorted((row for row in rows if MIX not in row.workload), key=lambda row: row.length)
    keys = sorted({(row.pair, row.batch) for row in even})
    return [(*key, [row for row in even if (row.pair, row.batch) == key]) for key in keys]

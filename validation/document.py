"""The JSON report, version 1: every outcome, every measurement, every raw sample, with the machine's facts."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from validation.bench import PAIRS, Row
from validation.lab import Lab
from validation.records import Measured, Outcome, Timing

VERSION = 1


def of(outcomes: Iterable[Outcome], lab: Lab) -> dict[str, Any]:
    """The whole run as plain values; NaN and infinity, which JSON does not have, are null."""
    settings = lab.settings
    found = {
        "version": VERSION,
        "weights": lab.weights_are,
        "model": settings.synthetic or settings.model,
        "revision": lab.revision,
        "environment": asdict(lab.environment),
        "outcomes": [_outcome(one) for one in outcomes],
        "benchmark": {"pairs": PAIRS, "rows": [_row(row) for row in lab.rows],
                      "left_out": [asdict(item) for item in lab.left_out]},
    }
    cleaned: dict[str, Any] = _clean(found)
    return cleaned


def _outcome(one: Outcome) -> dict[str, Any]:
    return {
        "name": one.name, "title": one.title, "status": one.status, "why": one.why or None,
        "cannot_answer": one.cannot_answer, "seconds": one.seconds, "warnings": list(one.warnings),
        "measured": [_measured(item) for item in one.measured],
    }


def _measured(item: Measured) -> dict[str, Any]:
    return {
        "what": item.what, "value": item.value, "unit": item.unit, "at_least": item.at_least,
        "at_most": item.at_most, "equals": item.equals, "holds": item.holds,
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "workload": row.workload, "length": row.length, "batch": row.batch, "pair": row.pair, "dtype": row.dtype,
        "speedup": row.speedup, "interval": list(row.interval), "verdict": row.verdict, "right": row.right,
        "baseline": _timing(row.baseline), "model": _timing(row.model),
        "baseline_agreement": asdict(row.agreed), "model_agreement": asdict(row.own),
        "kernel": row.kernel, "kernel_unmasked": row.kernel_unmasked,
    }


def _timing(timing: Timing) -> dict[str, Any]:
    return {
        "samples": list(timing.samples), "median": timing.median, "spread": timing.spread, "tokens": timing.tokens,
        "tokens_per_second": timing.tokens_per_second, "tflops": timing.tflops, "peak_bytes": timing.peak_bytes,
    }


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _clean(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value

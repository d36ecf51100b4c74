"""Compares what two runs of a program left behind: files, labels, order, dtypes, shapes and numbers."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

#: Largest absolute difference between float32 values that counts as the same.
BOUND = 1e-4


@dataclass
class Comparison:
    """What was compared and what differs; `largest` is the largest absolute difference between floats."""

    problems: list[str] = field(default_factory=list)
    tensors: int = 0
    floats: int = 0
    identical: int = 0
    largest: float = 0.0

    def differ(self, where: str, before: object, after: object) -> None:
        self.problems.append(f"{where}: was {_short(before)}, is {_short(after)}")


def compare_folders(before: Path, after: Path) -> Comparison:
    """Compare every file below two folders; an empty folder is a problem, since nothing was proven."""
    result = Comparison()
    names = [sorted(_files(folder)) for folder in (before, after)]
    if names[0] != names[1]:
        result.differ("files", *names)
    if not names[0]:
        result.problems.append("files: the program wrote nothing")
    for name in sorted(set(names[0]) & set(names[1])):
        compare(name, read(before / name), read(after / name), result)
    return result


def read(path: Path) -> Any:
    """The content of a file as plain values: tensors, JSON, table cells, or text."""
    if path.suffix == ".pt":
        return torch.load(path, map_location="cpu", weights_only=True)
    if path.suffix == ".json":
        return json.loads(path.read_text())
    if path.suffix == ".csv":
        return [[_cell(cell) for cell in row] for row in csv.reader(path.read_text().splitlines())]
    return path.read_text()


def compare(where: str, before: Any, after: Any, result: Comparison) -> None:
    """Walk two values side by side; types, keys and their order must be equal, floats within `BOUND`."""
    if type(before) is not type(after):
        result.differ(f"{where} (type)", type(before).__name__, type(after).__name__)
    elif isinstance(before, torch.Tensor):
        _compare_tensors(where, before, after, result)
    elif isinstance(before, dict):
        if list(before) != list(after):
            result.differ(f"{where} (keys)", list(before), list(after))
        for key in [key for key in before if key in after]:
            compare(f"{where}[{key!r}]", before[key], after[key], result)
    elif isinstance(before, (list, tuple)):
        if len(before) != len(after):
            result.differ(f"{where} (length)", len(before), len(after))
        for index, pair in enumerate(zip(before, after)):
            compare(f"{where}[{index}]", *pair, result)
    elif isinstance(before, float):
        _compare_floats(where, before, after, result)
    elif before != after:
        result.differ(where, before, after)


def _compare_tensors(where: str, before: torch.Tensor, after: torch.Tensor, result: Comparison) -> None:
    result.tensors += 1
    if (before.dtype, before.shape) != (after.dtype, after.shape):
        result.differ(where, f"{before.dtype} {tuple(before.shape)}", f"{after.dtype} {tuple(after.shape)}")
    elif torch.equal(before, after):
        result.identical += 1
    elif not torch.equal(before.isnan(), after.isnan()):
        result.problems.append(f"{where}: NaN in other places")
    else:
        difference = (before.double() - after.double()).abs().nan_to_num().max().item()
        result.identical += difference == 0
        _within_bound(where, difference, result)


def _compare_floats(where: str, before: float, after: float, result: Comparison) -> None:
    result.floats += 1
    if math.isnan(before) != math.isnan(after):
        result.differ(where, before, after)
    elif not math.isnan(before):
        _within_bound(where, abs(before - after), result)


def _within_bound(where: str, difference: float, result: Comparison) -> None:
    result.largest = max(result.largest, difference)
    if not difference <= BOUND:
        result.problems.append(f"{where}: off by {difference:.3g}, bound {BOUND:g}")


def _files(folder: Path) -> Iterator[str]:
    return (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _cell(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return text


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 120 else text[:117] + "..."

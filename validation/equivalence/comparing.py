"""Compares two values that two runs left behind: types, labels and their order, dtypes, shapes and numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

import torch

from validation.equivalence import numbers
from validation.equivalence.numbers import BOUND
from validation.equivalence.reading import Opaque, Text

#: For what was rounded to a shorter type, about twice that type's own step: relative, as BOUND is.
BOUNDS = {torch.float16: 2e-3, torch.bfloat16: 1.6e-2}
_SHORT = 120


@dataclass(frozen=True)
class Difference:
    """One place that is not the same; `off` and `bound` where it is a number."""

    where: str
    before: str
    after: str
    off: Optional[float] = None
    bound: Optional[float] = None

    def __str__(self) -> str:
        if self.off is not None and self.bound is not None:
            return f"{self.where}: off by {self.off:.3g}, bound {self.bound:.3g}"
        return f"{self.where}: was {self.before}, is {self.after}"


@dataclass
class Comparison:
    """What was compared and what differs; `largest` is the largest absolute difference between floats."""

    differences: list[Difference] = field(default_factory=list)
    tensors: int = 0
    floats: int = 0
    identical: int = 0
    values: int = 0
    largest: float = 0.0

    @property
    def problems(self) -> list[str]:
        return [str(each) for each in self.differences]

    def differ(self, where: str, before: object, after: object) -> None:
        self.differences.append(Difference(where, short(before), short(after)))

    def number(self, where: str, off: float, bound: float, before: object = "", after: object = "") -> None:
        """Two numbers that are `off` apart; NaN is beyond every bound."""
        self.largest = max(self.largest, off)
        if not off <= bound:
            self.differences.append(Difference(where, short(before), short(after), off, bound))


def compare(where: str, before: Any, after: Any, result: Comparison) -> None:
    """Walk two values side by side; types, keys and their order must be equal, floats within their bound."""
    if type(before) is not type(after):
        result.differ(f"{where} (type)", _kind(before), _kind(after))
    elif isinstance(before, torch.Tensor):
        _tensors(where, before, after, result)
    elif isinstance(before, Mapping):
        _mappings(where, before, after, result)
    elif isinstance(before, (list, tuple)):
        _sequences(where, before, after, result)
    elif isinstance(before, float):
        result.floats += 1
        _floats(where, before, after, BOUND * max(1.0, abs(before)), result)
    elif isinstance(before, Text):
        _texts(where, before, after, result)
    elif isinstance(before, Opaque):
        _bytes(where, before, after, result)
    else:
        result.values += 1
        if before != after:
            result.differ(where, before, after)


def short(value: object) -> str:
    """A value on one line of a table."""
    text = " ".join(str(value).split())
    return text if len(text) <= _SHORT else text[: _SHORT - 3] + "..."


def _kind(value: object) -> str:
    return "bytes that no reader here takes" if isinstance(value, Opaque) else type(value).__name__


def _mappings(where: str, before: Mapping[Any, Any], after: Mapping[Any, Any], result: Comparison) -> None:
    if list(before) != list(after):
        result.differ(f"{where} (keys)", *_first_apart(before, after))
    for key in [key for key in before if key in after]:
        compare(f"{where}[{key!r}]", before[key], after[key], result)


def _sequences(where: str, before: Any, after: Any, result: Comparison) -> None:
    if len(before) != len(after):
        result.differ(f"{where} (length)", len(before), len(after))
    for index, pair in enumerate(zip(before, after)):
        place = f"{where}, line {index + 1}" if isinstance(pair[0], Text) and where.count("[") == 0 else None
        compare(place or f"{where}[{index}]", *pair, result)


def _first_apart(before: Iterable[Any], after: Iterable[Any]) -> tuple[list[Any], list[Any]]:
    """Both lists from the first place on where they differ."""
    one, other = list(before), list(after)
    start = next((n for n, pair in enumerate(zip(one, other)) if pair[0] != pair[1]), min(len(one), len(other)))
    return one[start:], other[start:]


def _tensors(where: str, before: torch.Tensor, after: torch.Tensor, result: Comparison) -> None:
    result.tensors += 1
    if (before.dtype, before.shape) != (after.dtype, after.shape):
        result.differ(where, f"{before.dtype} {tuple(before.shape)}", f"{after.dtype} {tuple(after.shape)}")
        return
    kind, before, after = before.dtype, _real(before), _real(after)
    if before.is_floating_point():
        result.floats += int(before.isfinite().sum())
    else:
        result.values += before.numel()
    if torch.equal(before, after):
        result.identical += 1
    elif not before.is_floating_point():
        apart = int((before != after).sum())
        result.differ(where, f"{kind} {tuple(before.shape)}", f"{apart} of {before.numel()} values are others")
    elif not torch.equal(before.isnan(), after.isnan()):
        result.differ(where, f"NaN in {int(before.isnan().sum())} places", f"NaN in {int(after.isnan().sum())} places")
    else:
        off = float((before.double() - after.double()).abs().nan_to_num().max())
        result.identical += off == 0
        result.number(where, off, _bound(before))


def _real(tensor: torch.Tensor) -> torch.Tensor:
    dense = tensor.detach().to_dense() if tensor.layout != torch.strided else tensor.detach()
    if dense.is_complex():
        return torch.view_as_real(dense.resolve_conj())
    if not dense.is_floating_point():
        return dense.long()  # torch compares its larger unsigned types only in part
    return dense.float() if dense.element_size() == 1 else dense


def _bound(tensor: torch.Tensor) -> float:
    """Relative to the size of the whole tensor (root mean square) where that is above one."""
    finite = tensor.double()[tensor.isfinite()]
    size = float(finite.square().mean().sqrt()) if finite.numel() else 1.0
    return BOUNDS.get(tensor.dtype, BOUND) * max(1.0, size)


def _floats(where: str, before: float, after: float, bound: float, result: Comparison) -> None:
    if math.isnan(before) != math.isnan(after):
        result.differ(where, before, after)
    elif not math.isnan(before) and before != after:
        result.number(where, abs(before - after), bound, before, after)


def _texts(where: str, before: Text, after: Text, result: Comparison) -> None:
    between, found = numbers.split(before)
    result.floats += len(found)
    result.values += any(between)
    if before == after:
        return
    other_between, others = numbers.split(after)
    if between != other_between:
        result.differ(where, before, after)
        return
    for number, pair in enumerate(zip(found, others), 1):
        place = f"{where}, number {number}" if len(found) > 1 else where
        _floats(place, float(pair[0]), float(pair[1]), numbers.bound_of(*pair), result)


def _bytes(where: str, before: Opaque, after: Opaque, result: Comparison) -> None:
    result.values += 1
    if before != after:
        result.differ(f"{where} (bytes; not a format that is read here)", f"{len(before)} bytes", f"{len(after)} bytes")

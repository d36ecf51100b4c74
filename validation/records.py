"""What the validation says, as plain frozen records: from one measured value to the outcome of a check."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import Optional, Union

Value = Union[bool, int, float, str]

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"


class Failed(Exception):
    """The answer is no; the message says what to do."""


class Skipped(Exception):
    """The check does not apply here; the message says why."""


class CannotAnswer(Exception):
    """The machine cannot answer the question (no network, no disk space); neither yes nor no."""


@dataclass(frozen=True)
class Measured:
    """One value with the bound it must keep; without a bound it is a fact to be shown.

    NaN never holds. `advice` is what to do when it does not hold; `warning` is said although it holds.
    """

    what: str
    value: Value
    at_least: Optional[float] = None
    at_most: Optional[float] = None
    equals: Optional[Value] = None
    unit: str = ""
    advice: str = ""
    warning: str = ""

    @property
    def judged(self) -> bool:
        return not (self.at_least is None and self.at_most is None and self.equals is None)

    @property
    def holds(self) -> bool:
        if isinstance(self.value, float) and math.isnan(self.value):
            return False
        if self.equals is not None and self.value != self.equals:
            return False
        return self._inside()

    @property
    def bound(self) -> str:
        """The bound in words, empty for a fact."""
        words = (("", self.equals), (">= ", self.at_least), ("<= ", self.at_most))
        return ", ".join(f"{sign}{shown(limit)}" for sign, limit in words if limit is not None)

    def __str__(self) -> str:
        text = f"{self.what}: {shown(self.value)}{' ' + self.unit if self.unit else ''}"
        return text if self.holds else f"{text} (must be {self.bound or 'a number'})"

    def _inside(self) -> bool:
        if self.at_least is None and self.at_most is None:
            return True
        number = float(self.value)
        low = -math.inf if self.at_least is None else self.at_least
        high = math.inf if self.at_most is None else self.at_most
        return low <= number <= high


@dataclass(frozen=True)
class Outcome:
    """The answer of one check: passed, failed or skipped, with its measurements and the reason."""

    name: str
    title: str
    status: str
    why: str = ""
    measured: tuple[Measured, ...] = ()
    seconds: float = 0.0
    cannot_answer: bool = False

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(item.warning for item in self.measured if item.warning)


@dataclass(frozen=True)
class Timing:
    """Raw samples of one thing run again and again; everything else is derived from them.

    `samples` are seconds per forward pass; `tokens` are the real (not padding) tokens of one pass, `flops`
    its arithmetic; `peak_bytes` is the most device memory held during a pass, None where it is not counted.
    """

    what: str
    samples: tuple[float, ...]
    tokens: int = 0
    flops: float = 0.0
    peak_bytes: Optional[int] = None

    @property
    def median(self) -> float:
        return statistics.median(self.samples)

    @property
    def spread(self) -> float:
        """Interquartile range over median, without unit."""
        if len(self.samples) < 2:
            return 0.0
        low, _, high = statistics.quantiles(self.samples, n=4)
        return (high - low) / self.median

    @property
    def tokens_per_second(self) -> float:
        return self.tokens / self.median

    @property
    def tflops(self) -> float:
        """TFLOP/s, of the arithmetic the architecture asks for (padding is not counted)."""
        return self.flops / self.median / 1e12


def shown(value: Value) -> str:
    """A value as a person reads it: four significant digits (six near 1, for cosines), thousands apart."""
    if isinstance(value, (bool, str)):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    if 0.99 < value < 1:
        return f"{value:.6f}"
    return f"{value:.4g}" if abs(value) < 1e4 else f"{value:,.0f}"

"""Numbers in text: where they are, how exactly they were printed, how far two may be apart."""

from __future__ import annotations

import re
from typing import Optional

#: Largest difference that counts as the same, for float32: absolute up to a size of one, relative above.
BOUND = 1e-4

#: Floats only: whole numbers, names and versions are text and must be equal.
_FLOAT = re.compile(
    r"(?<![\w.])[-+]?(?:(?:\d+\.\d*|\.\d+)(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+)(?!\w|\.\d)"
    r"|(?<![\w.])[-+]?(?:nan|inf|NaN|Infinity)(?![\w.])"
)
_LEAST_DIGITS = 1e-3


def split(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The text between the numbers, less its padding, and the numbers as they were printed."""
    between = tuple(" ".join(part.split()) for part in _FLOAT.split(text))
    return between, tuple(_FLOAT.findall(text))


def bound_of(one: str, other: str) -> float:
    """How far two printed numbers may be apart.

    One unit of the last digit is allowed where that is small: what is equal within the bound may round apart.
    """
    size = max(1.0, abs(float(one)))
    unit = max(_unit(one), _unit(other))
    return max(BOUND * size, unit * 1.001 if unit <= _LEAST_DIGITS * size else 0.0)


def _unit(number: str) -> float:
    found: Optional[re.Match[str]] = re.match(r"[-+]?\d*\.?(\d*)(?:[eE]([-+]?\d+))?$", number)
    if not found:
        return 0.0
    power = int(found[2] or 0) - len(found[1])
    return float(10.0**power) if power > -300 else 0.0

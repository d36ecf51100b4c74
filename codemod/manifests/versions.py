"""Version specifiers, enough of PEP 440 to decide whether a declared dependency does; poetry's and conda's translated.

Releases only: a pre-release counts as its release, a local label (`+cu117`) is dropped.
"""

from __future__ import annotations

import re
from typing import Optional

Release = tuple[int, ...]

#: Which results of a comparison (-1, 0, 1) an operator accepts.
_ORDERS = {"===": (0,), "==": (0,), "!=": (-1, 1), "<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1)}
_CLAUSE = re.compile(r"(===|==|~=|!=|<=|>=|<|>)\s*v?(\d[\w.!+*-]*)$")
_DIGITS = re.compile(r"\d+")
_SEPARATOR = re.compile(r"\s*,\s*|(?<=[\w*])\s+(?=[<>=!~^])")


def allows(specifier: str, version: str) -> bool:
    """Whether a PEP 440 specifier set admits a release; the empty set admits all.

    Raises ValueError for a clause that is not PEP 440.
    """
    return bool(admitted(specifier, (release(version),)))


def admitted(specifier: str, releases: tuple[Release, ...]) -> tuple[Release, ...]:
    """Those of `releases` that a PEP 440 specifier set admits, in their order; ValueError as for `allows`."""
    tests = [_parsed(clause) for clause in clauses(specifier)]
    return tuple(version for version in releases if all(_holds(*test, version) for test in tests))


def release(version: str) -> Release:
    """The numbers of a version. Raises ValueError where there are none."""
    numbers = re.match(r"v?(?:\d+!)?(\d+(?:\.\d+)*)", version.strip())
    if not numbers:
        raise ValueError(f"not a version: {version!r}")
    return tuple(int(number) for number in numbers[1].split("."))


def clauses(specifier: str) -> list[str]:
    """The comma-separated parts of a specifier."""
    return [clause for clause in _SEPARATOR.split(specifier.strip().strip("()").strip()) if clause]


def from_pep440(text: str) -> Optional[str]:
    """The specifier itself, `""` for any version (`*`), None where it is not understood."""
    return _checked([clause for clause in clauses(text) if clause != "*"])


def from_poetry(text: str) -> Optional[str]:
    """Poetry's constraint as PEP 440: `^4.26.1` is `>=4.26.1,<5`; None for alternatives (`||`)."""
    if "|" in text:
        return None
    return _checked([part for clause in clauses(text) for part in _poetry_clause(clause)])


def from_conda(text: str) -> Optional[str]:
    """A match spec's version (and build) as PEP 440: `=4.57` is `==4.57.*`; None for alternatives (`|`)."""
    if "|" in text:
        return None
    version = re.sub(r"^\s*([=<>!~]*\s*\d[^\s=]*?)(?:=|\s+)[\w.*]+\s*$", r"\1", text)
    return _checked([part for clause in clauses(version) for part in _conda_clause(clause)])


def _checked(parts: list[str]) -> Optional[str]:
    return ",".join(parts) if all(_CLAUSE.match(part) for part in parts) else None


def _parsed(clause: str) -> tuple[str, bool, Release]:
    """Operator, whether the version ends in `.*`, its numbers."""
    match = _CLAUSE.match(clause)
    if not match:
        raise ValueError(f"not a version specifier: {clause!r}")
    return match[1], match[2].endswith(".*"), release(match[2])


def _holds(operator: str, prefix: bool, limit: Release, version: Release) -> bool:
    if operator == "~=":
        return _compare(version, limit) >= 0 and _starts(version, limit[:-1])
    if prefix:
        return _starts(version, limit) == (operator != "!=")
    return _compare(version, limit) in _ORDERS[operator]


def _compare(left: Release, right: Release) -> int:
    width = max(len(left), len(right))
    padded = [numbers + (0,) * (width - len(numbers)) for numbers in (left, right)]
    return (padded[0] > padded[1]) - (padded[0] < padded[1])


def _starts(version: Release, prefix: Release) -> bool:
    return (version + (0,) * len(prefix))[: len(prefix)] == prefix


def _poetry_clause(clause: str) -> list[str]:
    if clause == "*":
        return []
    if clause[0] not in "^~" or clause.startswith("~="):
        return [clause if clause[0] in "<>=!~" else f"=={clause}"]
    numbers = [int(number) for number in _DIGITS.findall(clause)][:3]
    significant = next((place for place, number in enumerate(numbers) if number), len(numbers) - 1)
    place = significant if clause[0] == "^" else min(1, len(numbers) - 1)
    ceiling = ".".join(map(str, [*numbers[:place], numbers[place] + 1]))
    return [f">={clause[1:].strip()}", f"<{ceiling}"]


def _conda_clause(clause: str) -> list[str]:
    if clause in ("*", "=*"):
        return []
    if clause[0] == "=" and clause[1:2] != "=":
        return [f"=={clause[1:].strip().removesuffix('.*')}.*"]
    return [clause if clause[0] in "<>=!~" else f"=={clause}"]

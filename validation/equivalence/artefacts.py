"""Compares what two runs wrote and printed, file by file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from validation.equivalence.comparing import Comparison, Difference, compare
from validation.equivalence.reading import Opaque, Text, lines, read

STDOUT = "standard output"


@dataclass(frozen=True)
class Artefact:
    """One file, or what was printed: how it was read, and what the comparison found."""

    name: str
    kind: str
    found: Comparison = field(default_factory=Comparison)

    @property
    def differences(self) -> list[Difference]:
        return self.found.differences


class Totals:
    """What the artefacts of one comparison come to."""

    artefacts: tuple[Artefact, ...]

    @property
    def floats(self) -> int:
        return sum(each.found.floats for each in self.artefacts)

    @property
    def largest(self) -> float:
        """The largest difference, 0 where nothing was compared."""
        return max((each.found.largest for each in self.artefacts), default=0.0)


def compare_files(before: Mapping[str, Path], after: Mapping[str, Path]) -> list[Artefact]:
    """One artefact for each name that either run wrote; a file that only one run wrote is a difference."""
    return [_file(name, before.get(name), after.get(name)) for name in sorted({*before, *after})]


def compare_printed(before: str, after: str) -> list[Artefact]:
    """What was printed, line by line; none where neither run printed anything."""
    if not (before.strip() or after.strip()):
        return []
    return [_compared(STDOUT, lines(before.rstrip()), lines(after.rstrip()))]


def _file(name: str, before: Path | None, after: Path | None) -> Artefact:
    if before is None or after is None:
        words = ("not written", "written") if before is None else ("written", "not written")
        return Artefact(name, "missing", Comparison([Difference(name, *words)]))
    old, new = before.read_bytes(), after.read_bytes()
    found = _compared(name, read(name, old), read(name, new))
    if not old and not new:
        found.found.values = 0
    return found


def _compared(name: str, before: object, after: object) -> Artefact:
    result = Comparison()
    compare(name, before, after, result)
    return Artefact(name, _kind(before, result), result)


def _kind(value: object, result: Comparison) -> str:
    if isinstance(value, Opaque):
        return "bytes"
    if result.tensors:
        return f"{result.tensors} tensor{'s' * (result.tensors > 1)}"
    if isinstance(value, list) and all(isinstance(each, Text) for each in value):
        return f"{len(value)} line{'s' * (len(value) != 1)}"
    if isinstance(value, list):
        return f"{len(value)} row{'s' * (len(value) != 1)}"
    return type(value).__name__

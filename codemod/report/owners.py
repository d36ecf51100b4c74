"""Which groups the changes of a file belong to, hunk by hunk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from codemod.records import FilePlan, Group, Migration
from codemod.report.hunks import Hunk, Row

Owners = Mapping[int, frozenset[int]]


def left_groups(migration: Migration) -> dict[tuple[str, int], Group]:
    """The groups that were left, by path and line of their uses; of two on one line the first."""
    left = [group for group in migration.groups if group.status == "left"]
    return {place: group for group in reversed(left) for place in group.lines}


def owners(migration: Migration, plan: FilePlan) -> Owners:
    """The groups that are migrated on each line of a file."""
    found: dict[int, set[int]] = {}
    for group in migration.groups:
        for path, line in group.lines if group.status != "left" else ():
            if path == plan.path:
                found.setdefault(line, set()).add(group.id)
    return {line: frozenset(ids) for line, ids in found.items()}


def groups_of(hunk: Hunk, known: Owners) -> frozenset[int]:
    """The groups behind a hunk; imports and the like go with the first group of their file."""
    here = sorted({each for ids in known.values() for each in ids})
    return frozenset(each for line in _touched(hunk) for each in known.get(line, ())) or frozenset(here[:1])


def _touched(hunk: Hunk) -> Iterator[int]:
    """The old lines that change; for lines that only come, those on both sides of them."""
    last = 0
    for changed, rows in groupby(hunk, key=lambda row: row.changed):
        block = list(rows)
        if changed:
            going = [row.old.number for row in block if row.old]
            yield from going or (last, last + 1)
        last = _last(block, last)


def _last(rows: list[Row], before: int) -> int:
    return max([before, *(row.old.number for row in rows if row.old)])

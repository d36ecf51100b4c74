"""Lines of a file as it was, as lines of the file as it is now written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from difflib import SequenceMatcher

from codemod.records import LINE_END, FilePlan, Migration
from codemod.report.alignment import pairs


def as_written(migration: Migration) -> Migration:
    """The migration whose leftovers name the lines where they are once every file is written."""
    return replace(migration, files=tuple(_moved(plan) for plan in migration.files))


def _moved(plan: FilePlan) -> FilePlan:
    if not (plan.changed and plan.leftovers):
        return plan
    lines = dict(_lines(LINE_END.split(plan.source), LINE_END.split(plan.result)))
    moved = sorted(replace(each, line=lines.get(each.line, each.line)) for each in plan.leftovers)
    return replace(plan, leftovers=tuple(moved))


def _lines(old: list[str], new: list[str]) -> Iterator[tuple[int, int]]:
    """Every old line (1-based) that is still there, or has become another, with its new number."""
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from ((i1 + at + 1, j1 + at + 1) for at in range(i2 - i1))
            continue
        at = j1
        for i, j in pairs(old[i1:i2], new[j1:j2]):
            at = at if j is None else j1 + j
            if i is not None:
                yield i1 + i + 1, min(at, len(new) - 1) + 1

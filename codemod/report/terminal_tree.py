"""The files of a migration as a tree of folders on a terminal, as whole paths where it is piped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Optional

from codemod.records import FilePlan
from codemod.report.words import visible

Row = tuple[str, Optional[FilePlan]]  # what to print; None for a folder

DRAWN, ASCII = ("├─ ", "└─ ", "│  "), ("|- ", "`- ", "|  ")  # a branch, the last branch, past a branch


def tree(plans: Sequence[FilePlan], *, drawn: bool, ascii_only: bool) -> Iterator[Row]:
    """One row for each file in order of path, and when drawn one for each folder."""
    ordered = sorted(plans, key=lambda plan: plan.path.split("/"))
    if drawn:
        return _branches([(plan.path.split("/"), plan) for plan in ordered], "", ASCII if ascii_only else DRAWN)
    return ((visible(plan.path), plan) for plan in ordered)


def _branches(items: list[tuple[list[str], FilePlan]], indent: str, marks: tuple[str, str, str]) -> Iterator[Row]:
    children = [(name, list(group)) for name, group in groupby(items, key=lambda item: item[0][0])]
    for position, (name, group) in enumerate(children):
        last = position == len(children) - 1
        branch, below = (marks[1], "   ") if last else (marks[0], marks[2])
        deeper = [(parts[1:], plan) for parts, plan in group if len(parts) > 1]
        yield indent + branch + visible(name) + ("/" if deeper else ""), None if deeper else group[0][1]
        yield from _branches(deeper, indent + below, marks)

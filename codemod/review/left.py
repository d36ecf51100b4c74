"""The places a person must finish, as pages of a review: which one a key goes to, and what stands around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from codemod.records import FilePlan, Leftover, Migration
from codemod.report.hunks import Row, windows
from codemod.review.walk import Walk


def leftovers(migration: Migration) -> list[Leftover]:
    """In the order they are walked: by file and line."""
    return sorted(migration.leftovers)


def jump(walk: Walk, migration: Migration, by: int) -> Walk:
    """The page of the next leftover (`by` 1) or the one before (-1), round and round.

    From the changes of a group the first jump is to the leftovers of its files, if they have any.
    """
    places = leftovers(migration)
    if not places:
        return replace(walk, said="nothing is left for you to finish")
    walk = replace(walk, explained=0)
    if walk.left is not None:
        at = (walk.left + by) % len(places)
        return replace(walk, left=at, said="round again" if (at > walk.left) != (by > 0) else "")
    files = [path for group in migration.groups if group.id == walk.group for path in group.files]
    near = [number for number, each in enumerate(places) if each.path in files] or range(len(places))
    return replace(walk, left=near[0 if by > 0 else -1])


def around(plan: FilePlan, leftover: Leftover, context: int) -> Sequence[Row]:
    """The line of a leftover as it is today, with some lines before and after."""
    return windows(plan.source, context)(leftover.line)

"""The places of the HTML page that links lead to: files, the changes of each group, and what is left."""

from __future__ import annotations

from dataclasses import dataclass, field

from codemod.records import FilePlan, Leftover, Migration
from codemod.report.hunks import Hunk, first_line, hunks
from codemod.report.owners import groups_of, left_groups, owners
from codemod.report.picture import boxes_of

Place = tuple[str, int]  # path, and the line at which a hunk starts


@dataclass(frozen=True)
class Anchors:
    """The ids of `files` by path, of the `boxes` of groups in the picture, and of what is `left`.

    `changes` are the places of each group's hunks in order; `homes` the groups that were left, by their leftovers.
    """

    files: dict[str, str]
    boxes: dict[int, str] = field(default_factory=dict)
    changes: dict[int, list[Place]] = field(default_factory=dict)
    left: dict[Leftover, str] = field(default_factory=dict)
    homes: dict[Leftover, int] = field(default_factory=dict)

    @staticmethod
    def of(migration: Migration) -> Anchors:
        plans = sorted(migration.files, key=lambda plan: plan.path)
        files = {plan.path: f"file-{number}" for number, plan in enumerate(plans, 1)}
        made = Anchors(files, boxes_of(migration))
        for plan in plans:
            known = owners(migration, plan) if plan.changed else {}
            for hunk in hunks(plan, coloured=False) if known else ():
                for number in sorted(groups_of(hunk, known)):
                    made.changes.setdefault(number, []).append((plan.path, first_line(hunk)))
        lefts = [leftover for plan in plans for leftover in sorted(plan.leftovers)]
        made.left.update((leftover, f"left-{number}") for number, leftover in enumerate(lefts, 1))
        by_line = left_groups(migration)
        homes = ((each, by_line.get((each.path, each.line))) for each in lefts)
        made.homes.update((each, group.id) for each, group in homes if group is not None)
        return made

    @property
    def targets(self) -> dict[int, str]:
        """Where each group's first change is; of a group that is left, its first leftover."""
        first = {group: self.left[leftover] for leftover, group in reversed(self.homes.items())}
        return {**first, **{number: f"change-{number}-1" for number in self.changes}}

    def numbers(self, plan: FilePlan, hunk: Hunk) -> list[tuple[int, int]]:
        """The groups a hunk belongs to, each with the hunk's number among the group's."""
        place = (plan.path, first_line(hunk))
        return [(group, places.index(place) + 1) for group, places in self.changes.items() if place in places]

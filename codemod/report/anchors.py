"""The places of the HTML page that links lead to: files, the changes of each group, and what is left."""

from __future__ import annotations

from dataclasses import dataclass, field

from codemod.records import FilePlan, Leftover, Migration
from codemod.report.hunks import Hunk, first_line, hunks
from codemod.report.owners import groups_of, owners

Place = tuple[str, int]  # path, and the line at which a hunk starts


@dataclass(frozen=True)
class Anchors:
    """`files` by path; `changes` are the places of each group's hunks, in order; `left` the ids of leftovers."""

    files: dict[str, str]
    changes: dict[int, list[Place]] = field(default_factory=dict)
    left: dict[Leftover, str] = field(default_factory=dict)

    @staticmethod
    def of(migration: Migration) -> Anchors:
        plans = sorted(migration.files, key=lambda plan: plan.path)
        made = Anchors({plan.path: f"file-{number}" for number, plan in enumerate(plans, 1)})
        for plan in plans:
            known = owners(migration, plan) if plan.changed else {}
            for hunk in hunks(plan, coloured=False) if known else ():
                for number in sorted(groups_of(hunk, known)):
                    made.changes.setdefault(number, []).append((plan.path, first_line(hunk)))
        lefts = (leftover for plan in plans for leftover in sorted(plan.leftovers))
        made.left.update((leftover, f"left-{number}") for number, leftover in enumerate(lefts, 1))
        return made

    def targets(self, migration: Migration) -> dict[int, str]:
        """Where each group's first change is; of a group that is left, its first leftover."""
        found = {number: f"change-{number}-1" for number in self.changes}
        for group in migration.groups:
            here = [ident for each, ident in self.left.items() if (each.path, each.line) in group.lines]
            if group.id not in found and here:
                found[group.id] = here[0]
        return found

    def numbers(self, plan: FilePlan, hunk: Hunk) -> list[tuple[int, int]]:
        """The groups a hunk belongs to, each with the hunk's number among the group's."""
        place = (plan.path, first_line(hunk))
        return [(group, places.index(place) + 1) for group, places in self.changes.items() if place in places]

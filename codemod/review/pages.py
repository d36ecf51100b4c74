"""What belongs on each page of a review: the changes of one group, and what follows from what was accepted."""

from __future__ import annotations

from dataclasses import dataclass

from codemod.explain import rule_names
from codemod.records import FilePlan, Group, Migration
from codemod.report.hunks import CONTEXT, Hunk, hunks
from codemod.report.owners import groups_of, owners
from codemod.report.positions import places


@dataclass(frozen=True)
class Section:
    """Some hunks of one file, and the other groups that share their lines."""

    plan: FilePlan
    hunks: tuple[Hunk, ...]
    shared: frozenset[int] = frozenset()


def reviewable(migration: Migration) -> tuple[int, ...]:
    """The groups that can be accepted, in their order."""
    return tuple(group.id for group in migration.groups if group.status != "left")


def sections(migration: Migration, number: int, context: int = CONTEXT) -> list[Section]:
    """The changes of a group. Imports and the like follow its files, and are shown with the file's first group."""
    group = next(each for each in migration.groups if each.id == number)
    return [
        section
        for plan in migration.changed
        if plan.path in group.files
        for section in [_section(migration, plan, number, context)]
        if section.hunks
    ]


def followers(migration: Migration) -> list[Section]:
    """The changed files that no migrated group has a use in: widths, dependency files, imports that only leave."""
    owned = {path for group in migration.groups if group.status != "left" for path in group.files}
    return [Section(plan, tuple(hunks(plan))) for plan in migration.changed if plan.path not in owned]


def rules(migration: Migration, group: Group) -> list[str]:
    """The rules behind a group's edits that have a page, in the order of the files."""
    found = (
        place.edit.rule
        for plan in migration.changed
        if plan.path in group.files
        for place in places(plan)
        if (plan.path, place.line) in group.lines
    )
    return [rule for rule in dict.fromkeys(found) if rule in rule_names()]


def _section(migration: Migration, plan: FilePlan, number: int, context: int) -> Section:
    known = owners(migration, plan)
    found = [(hunk, groups_of(hunk, known)) for hunk in hunks(plan, context)]
    mine = [(hunk, ids) for hunk, ids in found if number in ids]
    return Section(plan, tuple(hunk for hunk, _ in mine), frozenset(each for _, ids in mine for each in ids) - {number})

"""A migration as JSON for programs, version 1 of the contract in the README."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from codemod import __version__
from codemod.records import FilePlan, Group, Leftover, Migration
from codemod.report.positions import Place, places


def to_json(migration: Migration) -> dict[str, Any]:
    """The report as plain data: files by path, edits and leftovers by line, groups by number.

    `before`, `after` and the lines of an edit refer to `FilePlan.source`: in a notebook, its code cells.
    """
    return {
        "version": 1,
        "tool": __version__,
        "to": migration.to,
        "root": str(migration.root),
        "applied": migration.applied,
        "files": [_file(plan) for plan in sorted(migration.files, key=lambda plan: plan.path)],
        "groups": [_group(group) for group in sorted(migration.groups, key=lambda group: group.id)],
        "summary": asdict(migration.tally),
    }


def dumps(migration: Migration) -> str:
    """`to_json` as ASCII text that ends with a newline: safe for any terminal, file and file name."""
    return json.dumps(to_json(migration), indent=2) + "\n"


def _file(plan: FilePlan) -> dict[str, Any]:
    return {
        "path": plan.path,
        "status": plan.status,
        "edits": [_edit(place) for place in places(plan)],
        "leftovers": [_leftover(leftover) for leftover in sorted(plan.leftovers)],
    }


def _edit(place: Place) -> dict[str, Any]:
    return {
        "line": place.line,
        "end_line": place.end_line,
        "rule": place.edit.rule,
        "before": place.before,
        "after": place.edit.text,
    }


def _leftover(leftover: Leftover) -> dict[str, Any]:
    return {"line": leftover.line, "rule": leftover.rule, "why": leftover.why}


def _group(group: Group) -> dict[str, Any]:
    return {"id": group.id, "files": list(group.files), "status": group.status, "why": group.why}

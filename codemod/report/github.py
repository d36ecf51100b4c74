"""A migration as workflow commands: annotations that GitHub shows on the changed lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from codemod.records import FilePlan, Leftover, Migration
from codemod.report.positions import Place, places

#: What a workflow command escapes in its message; a property escapes two characters more
#: (actions/toolkit, packages/core/src/command.ts).
MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def to_github(migration: Migration) -> str:
    """One command a line: a notice where a rewrite is ready, a warning where a person must finish.

    What is left in a file that cannot be read or parsed is an error. After `--apply` only what is left is said.
    """
    return "".join(line + "\n" for plan in migration.files for line in _file(plan, migration.applied))


def _file(plan: FilePlan, applied: bool) -> Iterator[str]:
    if not applied:
        for _, same_line in groupby(places(plan), key=lambda place: place.line):
            yield _rewrite(plan, list(same_line))
    for leftover in sorted(plan.leftovers):
        yield _left(plan, leftover)


def _rewrite(plan: FilePlan, edits: list[Place]) -> str:
    rules = ", ".join(dict.fromkeys(place.edit.rule for place in edits))
    end = max(place.end_line for place in edits)
    return _command("notice", plan, edits[0].line, end, rules, "fair-esm is used here; --apply rewrites it")


def _left(plan: FilePlan, leftover: Leftover) -> str:
    level = "error" if plan.status == "error" else "warning"
    return _command(level, plan, leftover.line, leftover.line, leftover.rule, leftover.why)


def _command(level: str, plan: FilePlan, line: int, end: int, rule: str, message: str) -> str:
    properties = {"file": plan.path, "line": str(line), "endLine": str(end), "title": f"fair-esm: {rule}"}
    if plan.cells:  # lines count in the code cells, which the JSON on GitHub does not show
        properties = {"file": plan.path, "title": properties["title"]}
        message = f"code line {line}: {message}"
    shown = ",".join(f"{name}={value.translate(PROPERTY)}" for name, value in properties.items())
    return f"::{level} {shown}::{message.translate(MESSAGE)}"

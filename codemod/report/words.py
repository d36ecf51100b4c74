"""What a report says in words, whatever it is shown on: the headline, the counts, and what to run next."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from codemod.marker import START
from codemod.records import FilePlan, Group, Migration

Step = tuple[str, str]  # the exact command, and what it is for

#: Characters that would move the cursor, hide text or turn it around (bidirectional controls), and the halves of
#: characters that stand for undecodable bytes of a file name; none of them may reach a terminal.
UNSHOWABLE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """`text` on one line, with every control character as its escape."""
    return UNSHOWABLE.sub(lambda match: ascii(match.group())[1:-1], text)


def plural(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def nothing_found(migration: Migration) -> bool:
    return not migration.files


def headline(migration: Migration) -> str:
    """The run in one sentence."""
    where = visible(str(migration.root))
    if nothing_found(migration):
        if not migration.tally.files_seen:
            return f"There is no Python file, notebook or dependency file in {where}: is it the right folder?"
        searched = plural(migration.tally.files_seen, "file")
        return f"Nothing here uses fair-esm: {searched} searched in {where}."
    if not migration.changed:
        return f"Nothing to rewrite in {where} (fair-esm to {migration.to}): what is found is left for you."
    files = plural(len(migration.changed), "file")
    if migration.applied:
        return f"Rewrote {files} in {where} (fair-esm to {migration.to})."
    return f"{files} would change in {where} (fair-esm to {migration.to}); nothing is written yet."


def counts(migration: Migration) -> str:
    """Uses by outcome, and how far the search went."""
    tally = migration.tally
    outcomes = ((tally.uses_rewritten, "rewritten"), (tally.uses_stubbed, "stubbed"), (tally.uses_left, "left"))
    shown = ", ".join(f"{number} {outcome}" for number, outcome in outcomes if number or outcome != "stubbed")
    searched = f"{plural(tally.files_seen, 'file')} searched in {tally.seconds:.1f} s"
    return f"{plural(tally.uses_found, 'use')} of fair-esm found: {shown}. {searched}."


def skipped(migration: Migration) -> str:
    """The folders that were not searched, with the reasons; empty where there are none."""
    return "Not searched: " + ", ".join(map(visible, migration.skipped)) if migration.skipped else ""


def file_counts(plan: FilePlan) -> str:
    edits = [plural(len(plan.edits), "edit")] if plan.edits else []
    left = [f"{len(plan.leftovers)} left"] if plan.leftovers else []
    return ", ".join(edits + left)


def left_groups(migration: Migration) -> list[Group]:
    """Groups that were left as a whole although they span files: half a migration is a broken program."""
    return [group for group in migration.groups if group.why and len(group.files) > 1]


def next_steps(migration: Migration) -> Sequence[Step]:
    """What a person would run next, with the commands spelled out."""
    if nothing_found(migration):
        return ()
    return _after_apply(migration) if migration.applied else _after_preview(migration)


def _after_preview(migration: Migration) -> list[Step]:
    mark = ["--mark"] if any(plan.result.count(START) > plan.source.count(START) for plan in migration.changed) else []
    apply = (command(migration, "codemod", "--to", migration.to, "--apply", *mark), "write these changes")
    return [apply, *_stubs(migration)] if migration.changed else _stubs(migration)


def _after_apply(migration: Migration) -> list[Step]:
    undo = (command(migration, "codemod", "--undo"), "take every byte back")
    validate = (command(migration, "validation"), "check the new model on this machine")
    written = [undo] if migration.to == "stub" else [undo, validate]
    return [*(written if migration.changed else ()), *_stubs(migration)]


def _stubs(migration: Migration) -> list[Step]:
    if migration.to == "stub" or not migration.tally.uses_left:
        return []
    return [(command(migration, "codemod", "--to", "stub"), "see what is left as stubs that say what to do")]


def command(migration: Migration, module: str, *arguments: str) -> str:
    """`python -m MODULE` on this repository, ready to paste; the current directory needs no path."""
    where = [] if migration.root == Path.cwd() else [str(migration.root)]
    return shlex.join(["python", "-m", module, *where, *arguments])

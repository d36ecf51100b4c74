"""Runs a user's program as it was and as migrated, and compares what the two left behind."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from validation.equivalence import artefacts, copies, names, refusals, running
from validation.equivalence.answers import Answer, Question
from validation.equivalence.artefacts import Artefact
from validation.equivalence.machine import Interpreter
from validation.equivalence.migrating import Migrated, migrate
from validation.equivalence.running import Run, Side
from validation.equivalence.twins import WIDTH, write_twins
from validation.equivalence.weights import CHECKPOINTS
from validation.records import CannotAnswer

BEFORE, AFTER, AGAIN = "before", "after", "again"
Tell = Callable[[str], None]
Migrate = Callable[[Path, Path, str], Migrated]


def prove(question: Question, tell: Tell, migrating: Migrate = migrate) -> Answer:
    """Answer the question in a temporary folder, which is gone afterwards whatever happens.

    Raises CannotAnswer where nothing could be compared, with what to do about it.
    """
    with _scratch(question.repository) as scratch:
        try:
            return _prove(question, scratch, tell, migrating)
        except (OSError, shutil.Error) as error:
            raise CannotAnswer(f"the copies could not be made or read: {error}") from error


def _prove(question: Question, scratch: Path, tell: Tell, migrating: Migrate) -> Answer:
    tell("copying and migrating")
    sides = {name: _side(question, scratch, name) for name in (BEFORE, AFTER)}
    migrated = migrating(sides[AFTER].copy, scratch / "codemod.json", question.to)
    shutil.rmtree(sides[AFTER].copy / ".codemod", ignore_errors=True)
    checkpoints = _checkpoints(question, sides[BEFORE].copy)
    tell(f"writing twins of {', '.join(checkpoints)}")
    twins = write_twins(scratch / "twins", checkpoints, question.width)
    stage = _Stage(question, scratch, twins.root, tell)
    before = stage.run(sides[BEFORE], question.before, forbid=False)
    refusals.refuse_failure(question, before[0])
    after = stage.run(sides[AFTER], question.after, forbid=not migrated.left)
    answer = Answer(migrated, checkpoints, before[0], after[0])
    if after[0].status:
        return answer
    refusals.refuse_unmigrated(answer)
    answer = replace(answer, artefacts=_compared(before, after))
    if answer.differences:
        again = stage.run(_side(question, scratch, AGAIN), question.before, forbid=False)
        answer = replace(answer, unsteady=_unsteady(before, again))
    refusals.refuse_nothing(answer)
    return answer


@dataclass(frozen=True)
class _Stage:
    """Where every run takes place, one after the other: the same paths, so that printed paths are equal."""

    question: Question
    scratch: Path
    twins: Path
    tell: Tell

    def run(self, side: Side, interpreter: Interpreter, forbid: bool) -> tuple[Run, dict[str, Path]]:
        """How the run ended, and the files that it wrote."""
        asked = self.question
        self.tell(f"running the program, {side.root.name}")
        copies.link_tree(self.twins, side.twins.root)
        stage = Side(self.scratch / "stage", side.name)
        side.root.rename(stage.root)
        try:
            stamps = copies.stamps(stage.copy)
            command = running.redirected(asked.command, asked.repository, stage.copy)
            run = running.run(stage, command, interpreter, asked.repository.resolve(), forbid)
            found = copies.written(stage.copy, stamps)
        finally:
            stage.root.rename(side.root)
        return run, {name: side.copy / name for name in found}


def _side(question: Question, scratch: Path, name: str) -> Side:
    side = Side(scratch / name, question.repository.resolve().name or "repository")
    side.root.mkdir()
    copies.copy(question.repository, side.copy)
    return side


def _checkpoints(question: Question, copy: Path) -> tuple[str, ...]:
    """What the command names, else what the repository names, else every published one."""
    found = names.in_repository(copy) | names.in_text(question.command)
    if question.width != WIDTH:
        found = names.in_text(question.command) or found
        refusals.refuse_size(found or set(CHECKPOINTS), question.width, copy)
    return tuple(name for name in CHECKPOINTS if name in found) or tuple(CHECKPOINTS)


def _compared(before: tuple[Run, dict[str, Path]], after: tuple[Run, dict[str, Path]]) -> tuple[Artefact, ...]:
    printed = artefacts.compare_printed(before[0].stdout, after[0].stdout)
    return (*artefacts.compare_files(before[1], after[1]), *printed)


def _unsteady(before: tuple[Run, dict[str, Path]], again: tuple[Run, dict[str, Path]]) -> tuple[str, ...]:
    return tuple(each.where for artefact in _compared(before, again) for each in artefact.differences)


@contextmanager
def _scratch(repository: Path) -> Iterator[Path]:
    scratch = Path(tempfile.mkdtemp(prefix="equivalence-")).resolve()
    try:
        if repository.resolve() in scratch.parents:
            raise CannotAnswer(f"the folder for temporary files ({scratch.parent}) lies in the repository: set TMPDIR")
        yield scratch
    finally:
        _remove(scratch)


def _remove(scratch: Path) -> None:
    """A program may have taken its own rights away; what still stays is not worth losing the answer for."""
    for parent, folders, _ in os.walk(scratch):
        for path in (Path(parent, name) for name in folders):
            if not path.is_symlink():
                path.chmod(0o700)
    shutil.rmtree(scratch, ignore_errors=True)

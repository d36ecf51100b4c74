"""Runs a user's program as it was and as migrated, and compares what the two left behind."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Optional

from validation.equivalence import artefacts, copies, names, running
from validation.equivalence.artefacts import Artefact
from validation.equivalence.comparing import Difference
from validation.equivalence.machine import Interpreter
from validation.equivalence.migrating import Migrated, migrate
from validation.equivalence.running import Run, Side
from validation.equivalence.twins import WIDTH, write_twins
from validation.equivalence.weights import CHECKPOINTS
from validation.records import CannotAnswer

BEFORE, AFTER, AGAIN = "before", "after", "again"
Tell = Callable[[str], None]
Migrate = Callable[[Path, Path, str], Migrated]


@dataclass(frozen=True)
class Question:
    """What the user asked; a width of None is the published one."""

    repository: Path
    command: str
    before: Interpreter
    after: Interpreter
    width: Optional[int] = WIDTH
    to: str = "hf"


@dataclass(frozen=True)
class Answer:
    """What was compared. `unsteady` are places that also differ between two runs of the original program."""

    migrated: Migrated
    checkpoints: tuple[str, ...]
    before: Run
    after: Run
    artefacts: tuple[Artefact, ...] = ()
    unsteady: tuple[str, ...] = ()

    @property
    def differences(self) -> tuple[Difference, ...]:
        found = (each for artefact in self.artefacts for each in artefact.differences)
        return tuple(each for each in found if each.where not in self.unsteady)

    @property
    def same(self) -> bool:
        return not self.after.status and not self.differences

    @property
    def floats(self) -> int:
        return sum(each.found.floats for each in self.artefacts)

    @property
    def largest(self) -> float:
        return max((each.found.largest for each in self.artefacts), default=0.0)


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
    _refuse_failure(question, before[0])
    after = stage.run(sides[AFTER], question.after, forbid=not migrated.left)
    answer = Answer(migrated, checkpoints, before[0], after[0])
    if after[0].status:
        return answer
    _refuse_unmigrated(answer)
    answer = replace(answer, artefacts=_compared(before, after))
    if answer.differences:
        again = stage.run(_side(question, scratch, AGAIN), question.before, forbid=False)
        answer = replace(answer, unsteady=_unsteady(before, again))
    _refuse_nothing(answer)
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
        _refuse_size(found or set(CHECKPOINTS), question.width, copy)
    return tuple(name for name in CHECKPOINTS if name in found) or tuple(CHECKPOINTS)


def _refuse_size(found: set[str], width: Optional[int], folder: Path) -> None:
    needed, free = 8 * names.parameters(found, width), shutil.disk_usage(folder).free
    if needed * 1.1 > free:
        raise CannotAnswer(
            f"twins of {', '.join(sorted(found))} need {needed / 1e9:.1f} GB and {folder.parents[1]} has "
            f"{free / 1e9:.1f} GB: leave --width away, or set TMPDIR to a larger disk"
        )


def _compared(before: tuple[Run, dict[str, Path]], after: tuple[Run, dict[str, Path]]) -> tuple[Artefact, ...]:
    printed = artefacts.compare_printed(before[0].stdout, after[0].stdout)
    return (*artefacts.compare_files(before[1], after[1]), *printed)


def _unsteady(before: tuple[Run, dict[str, Path]], again: tuple[Run, dict[str, Path]]) -> tuple[str, ...]:
    return tuple(each.where for artefact in _compared(before, again) for each in artefact.differences)


def _refuse_failure(question: Question, run: Run) -> None:
    if run.status:
        raise CannotAnswer("".join(_failure(question, run)))
    if not run.noted("fair-esm"):
        raise CannotAnswer("the command never imported fair-esm, so the migration does not touch what it does")


def _refuse_unmigrated(answer: Answer) -> None:
    """What codemod left loads its weights as before: equal results would say nothing."""
    loaded = answer.before.noted("checkpoint")
    if loaded and loaded == answer.after.noted("checkpoint"):
        raise CannotAnswer(
            f"the migrated program still loads {', '.join(loaded)} through fair-esm: the command runs what codemod "
            f"left, so there is nothing to compare:{answer.migrated.why}"
        )


def _failure(question: Question, run: Run) -> Iterator[str]:
    yield f"the original program itself fails (exit status {run.status}); the end of what it said:\n{run.last_lines}"
    yield from advice(run, question.width)


def advice(run: Run, width: Optional[int]) -> Iterator[str]:
    """What may be behind a failed run, each as a paragraph."""
    if asked := run.noted("network"):
        yield f"\nIt asked for the network, which these runs do not have: {', '.join(asked[:3])}"
    elif "offline" in run.last_lines.lower() or "LocalEntryNotFound" in run.last_lines:
        yield "\nIt asked for something from the Hub that is no twin, and these runs have no network."
    if reached := run.noted("repository"):
        yield f"\nIt reached for the original repository, not the copy: {', '.join(reached[:3])}"
    if width is not None and any(word in run.last_lines for word in ("shape", "size", "dimension")):
        yield f"\nThe twins are {width} features wide: a program that has its width written into it needs --width true."


def _refuse_nothing(answer: Answer) -> None:
    compared = [each for each in answer.artefacts if each.found.floats + each.found.values + len(each.differences)]
    files = [each for each in compared if each.name != artefacts.STDOUT]
    if not files and not answer.floats and not answer.differences:
        raise CannotAnswer(
            "nothing could be compared: neither run wrote a file in the repository or printed a number; "
            "let the command write its results below the repository, by a relative path"
        )
    if answer.unsteady and not answer.differences and not _steady(compared, answer.unsteady):
        raise CannotAnswer(
            "nothing could be compared: every result also differs between two runs of the original program "
            f"({', '.join(answer.unsteady[:3])}); fix its random seed"
        )


def _steady(compared: Iterable[Artefact], unsteady: tuple[str, ...]) -> bool:
    """Whether some artefact holds more than what differs by itself."""
    return any(
        each.found.floats + each.found.tensors + each.found.values
        > sum(difference.where in unsteady for difference in each.differences)
        for each in compared
        if each.found.floats
    )


@contextmanager
def _scratch(repository: Path) -> Iterator[Path]:
    scratch = Path(tempfile.mkdtemp(prefix="equivalence-")).resolve()
    try:
        if repository.resolve() in scratch.parents:
            raise CannotAnswer(f"the folder for temporary files ({scratch.parent}) lies in the repository: set TMPDIR")
        yield scratch
    finally:
        shutil.rmtree(scratch, onerror=_writable)


def _writable(remove: Callable[..., object], path: str, problem: object) -> None:
    """A program may take its own rights away; what still stays is not worth losing the answer for."""
    with suppress(OSError):
        Path(path).parent.chmod(0o700)
        remove(path)

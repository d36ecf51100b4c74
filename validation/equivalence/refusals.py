"""When there is no answer: nothing was compared, and why. Each raises CannotAnswer with what to do about it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Optional

from validation.equivalence import artefacts, names
from validation.equivalence.answers import Answer, Question
from validation.equivalence.artefacts import Artefact
from validation.equivalence.running import Run
from validation.records import CannotAnswer


def refuse_size(found: set[str], width: Optional[int], folder: Path) -> None:
    needed, free = 8 * names.parameters(found, width), shutil.disk_usage(folder).free
    if needed * 1.1 > free:
        raise CannotAnswer(
            f"twins of {', '.join(sorted(found))} need {needed / 1e9:.1f} GB and {folder.parents[1]} has "
            f"{free / 1e9:.1f} GB: leave --width away, or set TMPDIR to a larger disk"
        )


def refuse_failure(question: Question, run: Run) -> None:
    if run.status:
        raise CannotAnswer("".join(_failure(question, run)))
    if not run.noted("fair-esm"):
        raise CannotAnswer("the command never imported fair-esm, so the migration does not touch what it does")


def refuse_unmigrated(answer: Answer) -> None:
    """What codemod left loads its weights as before: equal results would say nothing."""
    loaded = answer.before.noted("checkpoint")
    if loaded and loaded == answer.after.noted("checkpoint"):
        raise CannotAnswer(
            f"the migrated program still loads {', '.join(loaded)} through fair-esm: the command runs what codemod "
            f"left, so there is nothing to compare:{answer.migrated.why}"
        )


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


def refuse_nothing(answer: Answer) -> None:
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


def _failure(question: Question, run: Run) -> Iterator[str]:
    yield f"the original program itself fails (exit status {run.status}); the end of what it said:\n{run.last_lines}"
    yield from advice(run, question.width)


def _steady(compared: Iterable[Artefact], unsteady: tuple[str, ...]) -> bool:
    """Whether some artefact holds more than what differs by itself."""
    return any(
        each.found.floats + each.found.tensors + each.found.values
        > sum(difference.where in unsteady for difference in each.differences)
        for each in compared
        if each.found.floats
    )

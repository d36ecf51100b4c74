"""What is asked of a user's program, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from validation.equivalence.artefacts import Artefact, Totals
from validation.equivalence.comparing import Difference
from validation.equivalence.machine import Interpreter
from validation.equivalence.migrating import Migrated
from validation.equivalence.running import Run
from validation.equivalence.twins import WIDTH


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
class Answer(Totals):
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

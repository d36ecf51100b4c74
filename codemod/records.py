"""What the codemod decides, as plain frozen records: from one edit to the whole migration."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

#: A line ends as Python's own tokenizer ends it; `str.splitlines` also breaks at form feeds.
LINE_END = re.compile(r"\r\n|\r|\n")


def line_number(text: str, offset: int) -> int:
    """The 1-based line of a character offset."""
    return len(LINE_END.findall(text, 0, offset)) + 1


@dataclass(frozen=True, order=True)
class Edit:
    """Replace `source[start:stop]` by `text`; offsets count characters of `FilePlan.source`."""

    start: int
    stop: int
    text: str
    rule: str

    def overlaps(self, other: Edit) -> bool:
        """Whether both change the same characters."""
        return self.start < other.stop and other.start < self.stop


@dataclass(frozen=True, order=True)
class Leftover:
    """A use of fair-esm that a person must finish: where it is (1-based line), and why it was left."""

    path: str
    line: int
    rule: str
    why: str

    @staticmethod
    def at(path: str, lines: Collection[int], rule: str, why: str) -> Leftover:
        """One for the first of some lines of a file, which names the others."""
        first, *more = sorted(set(lines))
        also = f" (also line{'s' * (len(more) > 1)} {', '.join(map(str, more))})" if more else ""
        return Leftover(path, first, rule, why + also)

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.why} [{self.rule}]"


@dataclass(frozen=True)
class FilePlan:
    """One file of the repository: its text now, its text after, and what explains the difference.

    `before` and `after` are the file's whole text with its own line ends; `codec` turns either into the exact
    bytes of the file (`utf-8-sig` where there is a byte order mark). For a notebook, `before` and `after` are
    JSON while `source` and `result` are the joined code cells that edits and lines refer to; elsewhere they are
    the same texts. `after is None` means the file is not changed.
    """

    path: str
    status: str  # migrated | partial | stubbed | left | error
    before: str = ""
    after: Optional[str] = None
    codec: str = "utf-8"
    edits: tuple[Edit, ...] = ()
    leftovers: tuple[Leftover, ...] = ()
    cells: Optional[tuple[str, str]] = None  # a notebook's (source, result)

    @property
    def changed(self) -> bool:
        return self.after is not None and self.after != self.before

    @property
    def source(self) -> str:
        """The text that edits and line numbers refer to."""
        return self.cells[0] if self.cells else self.before

    @property
    def result(self) -> str:
        """`source` with the edits made."""
        if self.cells:
            return self.cells[1]
        return self.before if self.after is None else self.after

    def line(self, offset: int) -> int:
        """The 1-based line of a character offset in `source`."""
        return line_number(self.source, offset)


@dataclass(frozen=True, order=True)
class Flow:
    """Something of fair-esm's that the file `start` makes or hands on and the file `stop` uses, `count` times.

    `what` is the kind of value (`model`, `alphabet`, ...), `import` for a name or module that is imported, or `load`
    for a checkpoint that is loaded there (`start` is `stop`); `name` is what it is called in `stop`.
    """

    start: str
    stop: str
    what: str
    name: str
    count: int = 1


@dataclass(frozen=True)
class Group:
    """Uses joined by value flow: migrated together or not at all."""

    id: int
    files: tuple[str, ...]
    status: str  # migrated | stubbed | left
    why: Optional[str] = None
    lines: tuple[tuple[str, int], ...] = ()  # path and line (of `FilePlan.source`) of its uses and their edits
    flows: tuple[Flow, ...] = ()  # how its values go through its files


@dataclass(frozen=True)
class Tally:
    """Counts of the run; every use found is in exactly one of rewritten, stubbed, left."""

    files_seen: int = 0
    candidates: int = 0
    uses_found: int = 0
    uses_rewritten: int = 0
    uses_stubbed: int = 0
    uses_left: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Migration:
    """Everything one run decided about one repository; reports and the transaction read only this."""

    root: Path
    to: str  # fastesm2 | hf | stub
    files: tuple[FilePlan, ...] = ()
    groups: tuple[Group, ...] = ()
    tally: Tally = field(default_factory=Tally)
    notes: tuple[str, ...] = ()  # what changes in meaning, said first
    skipped: tuple[str, ...] = ()  # folders not searched (virtual environments, vendored trees), with the reason
    applied: bool = False

    @property
    def changed(self) -> tuple[FilePlan, ...]:
        return tuple(plan for plan in self.files if plan.changed)

    @property
    def leftovers(self) -> tuple[Leftover, ...]:
        return tuple(leftover for plan in self.files for leftover in plan.leftovers)

"""What must hold for every repository, whatever is in it."""

from __future__ import annotations

import io
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from codemod.files.text import decode
from codemod.migrate import Settings, migrate
from codemod.records import FilePlan, Migration
from tests.codemod.fuzz.names import missing
from tests.codemod.trees import grow

TARGETS = ("hf", "fastesm2", "stub")


@dataclass(frozen=True)
class Run:
    """One migration of some files, and the same again over its own result."""

    files: dict[str, bytes]
    first: Migration
    after: dict[str, bytes]
    second: Migration

    @property
    def texts(self) -> tuple[dict[str, str], dict[str, str]]:
        """The programs before and after, as Python reads them."""
        return _programs(self.files), _programs(self.after)


def run(files: dict[str, bytes], to: str) -> Run:
    with TemporaryDirectory() as folder:
        root = grow(Path(folder), files)
        first = migrate(Settings((root,), to))
        after = {**files, **{plan.path: plan.result.encode(plan.codec) for plan in first.changed}}
        second = migrate(Settings((grow(root, after),), to))
    return Run(files, first, after, second)


def holds(done: Run) -> None:
    """Everything, at once."""
    assert not list(problems(done)), done.files


def problems(done: Run) -> Iterator[tuple[str, object]]:
    """What does not hold, and what shows it."""
    before, after = done.texts
    for path, text in after.items():
        try:
            compile(text, path, "exec", dont_inherit=True)
        except SyntaxError as error:
            yield "does not compile", error
            return
    if done.second.changed:
        yield "twice is not once", _changes(done.second)
    if not _all_counted(done.first):
        yield "a use is not counted once", done.first.tally
    found, left = done.second.tally.uses_found, done.first.tally.uses_left
    if found != left and not _known(done):
        yield "what was left is not what is found again", (left, found, done.first.leftovers, done.second.leftovers)
    if missing(after) - missing(before):
        yield "a name is bound nowhere", (missing(after) - missing(before), _changes(done.first))
    for plan in done.first.changed:
        lost = [each for each, times in comments_that_must_stay(plan).items() if plan.result.count(each) < times]
        if lost:
            yield "a comment is lost", (lost, plan.result)
    for each in done.first.leftovers:
        if "internal error" in each.why or "would not compile" in each.why:
            yield "a rule fails", each


#: A helper function kept on `self` is taken for a method, a mixed alphabet meets a converter: reported, see issue 5.
_KNOWN = ("mixed", "esm.Output[input_ids]")


def _known(done: Run) -> bool:
    return any(each.rule in _KNOWN for each in done.second.leftovers)


def _all_counted(migration: Migration) -> bool:
    tally = migration.tally
    listed = sum(len(plan.leftovers) for plan in migration.files)
    whole = tally.uses_found == tally.uses_rewritten + tally.uses_stubbed + tally.uses_left
    return whole and bool(listed or not tally.uses_left)


def comments_that_must_stay(plan: FilePlan) -> Counter[str]:
    """All of them, but for those in what a stub takes away."""
    spans = [(edit.start, edit.stop) for edit in plan.edits if edit.start < edit.stop and edit.rule == "stub"]
    outside = [
        comment
        for start, stop, comment in comments(plan.source)
        if not any(first < stop and start < last for first, last in spans)
    ]
    return Counter(outside)


def comments(text: str) -> list[tuple[int, int, str]]:
    """Start, stop and words of every comment; offsets count characters of the text, whatever its line ends."""
    plain = text.lstrip("\ufeff").replace("\r\n", " \n").replace("\r", "\n")
    starts, shift = [0], len(text) - len(text.lstrip("\ufeff"))
    for row in plain.split("\n"):
        starts.append(starts[-1] + len(row) + 1)
    found = [each for each in tokenize.generate_tokens(io.StringIO(plain).readline) if each.type == tokenize.COMMENT]
    spots = [(starts[each.start[0] - 1] + each.start[1] + shift, each.string.rstrip()) for each in found]
    return [(start, start + len(words), words) for start, words in spots]


def _programs(files: dict[str, bytes]) -> dict[str, str]:
    return {path: decode(data).text.lstrip("\ufeff") for path, data in files.items()}


def _changes(migration: Migration) -> list[str]:
    return [f"{plan.path}:\n{plan.before}\n----\n{plan.result}" for plan in migration.changed]

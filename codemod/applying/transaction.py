"""All changed files or none: apply a migration, take it back, and clean up after a run that was killed.

The order of an apply, each step durable before the next: the journal with every original byte; the new contents beside
their files; a rename for each; the commit (one rename of the journal). Killed before the commit, the next run puts the
originals back; killed after it, the apply is whole. Taking back is the same motion with the changes reversed, and may
itself be killed and repeated.

Files are replaced, not written into: a second hard link keeps the old content.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from codemod.applying import durable
from codemod.applying.journal import Change, Journal, Store
from codemod.applying.preflight import UNTOUCHED, changes_of, place, refuse_dirty, refuse_edited, refuse_elsewhere
from codemod.errors import Refused, printable
from codemod.records import Migration


def apply(migration: Migration, *, allow_dirty: bool = False) -> None:
    """Write every changed file of the migration, or none.

    A plan with an empty `before` for a path that does not exist adds the file. Raises `Refused`, with the tree as it
    was, when another run is at work; when a file differs from its `before`, cannot be written, or is reached through a
    symbolic link; or (unless `allow_dirty`) when git has uncommitted changes in the tree, or a file to be rewritten is
    untracked. A file that git ignores, and a tree without git, have no committed state to protect.
    """
    store = Store.of(migration.root)
    if not (migration.changed or store.pending.exists()):
        return
    with _explained(UNTOUCHED), store.locked():
        _finish(store)
        changes = changes_of(migration, store.home)
        if not allow_dirty:
            refuse_dirty(changes, store.home)
        if changes:
            _commit(store, Journal.of(changes))


def undo(root: Path) -> tuple[str, ...]:
    """Bring back every byte and mode from before the last apply; the paths brought back, relative to `root`.

    An apply that was killed counts as the last one. Raises `Refused`, with nothing written, when there is nothing to
    undo, or when a file was edited since (all such files are named).
    """
    store = Store.of(root)
    with _explained("run --undo again"), _locked_if_any(store):
        journal = store.load(store.pending) or store.load(store.applied)
        if journal is None:
            raise Refused(f"nothing to undo: no apply is on record in {printable(str(store.folder))}")
        if not store.pending.exists():
            refuse_elsewhere(journal, store.home, Path(os.path.realpath(root)))
            refuse_edited(journal, store.home, store.folder)
            store.move(store.applied, store.pending)
        return _relative(store, _finish(store), root)


def recover(root: Path) -> tuple[str, ...]:
    """Take back what a killed run left half done, if anything; the paths of that run, relative to `root`."""
    store = Store.of(root)
    with _explained("run --undo again"), _locked_if_any(store):
        return _relative(store, _finish(store), root)


def _commit(store: Store, journal: Journal) -> None:
    try:
        store.begin(journal)
        _swap(store.home, journal, journal.changes)
        store.move(store.pending, store.applied)
    except BaseException as error:
        _take_back(store, journal, error)
        raise


def _take_back(store: Store, journal: Journal, error: BaseException) -> None:
    """Undo the renames made so far; a file that somebody else wrote meanwhile is theirs."""
    try:
        _restore(store, journal)
    except OSError as second:
        raise Refused(
            f"interrupted ({_reason(error)}), and the originals could not all be put back ({_reason(second)}); they "
            f"are safe in {printable(str(store.pending))}: remove the cause and run --undo"
        ) from error
    store.forget()


def _finish(store: Store) -> tuple[Change, ...]:
    """Take back the pending journal, if there is one; its changes."""
    journal = store.load(store.pending)
    if journal is None:
        return ()
    refuse_edited(journal, store.home, store.folder)
    _restore(store, journal)
    store.forget()
    return journal.changes


def _restore(store: Store, journal: Journal) -> None:
    for change in journal.changes:
        durable.discard(place(store.home, change.path).with_name(journal.staged(change)))
    done = [c.reversed() for c in journal.changes if durable.holds(place(store.home, c.path), c.after)]
    _swap(store.home, journal, done)


def _swap(home: Path, journal: Journal, changes: Sequence[Change]) -> None:
    """Stage every new content beside its file, then rename them all: a full disk shows before the first rename."""
    targets = [place(home, change.path) for change in changes]
    staged = [target.with_name(journal.staged(change)) for change, target in zip(changes, targets)]
    steps = list(zip(changes, targets, staged))
    try:
        for change, target, temporary in steps:
            if change.after is not None:
                like = target.lstat() if change.before is not None else None
                durable.write_new(temporary, change.after, change.mode, like)
        for step in steps:
            _replace(*step)
        for folder in sorted({target.parent for target in targets}):
            durable.sync_folder(folder)
    finally:
        for temporary in staged:
            durable.discard(temporary)


def _replace(change: Change, target: Path, temporary: Path) -> None:
    if not durable.holds(target, change.before):
        raise Refused(f"{printable(change.path)}: changed while files were being written; {UNTOUCHED}, run again")
    if change.after is None:
        os.unlink(target)
    else:
        os.replace(temporary, target)


def _relative(store: Store, changes: Sequence[Change], root: Path) -> tuple[str, ...]:
    start = os.path.realpath(root)
    return tuple(Path(os.path.relpath(store.home / change.path, start)).as_posix() for change in changes)


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


@contextmanager
def _locked_if_any(store: Store) -> Iterator[None]:
    """A tree without journals is not written to, not even for a lock."""
    if not store.folder.exists():
        yield
        return
    with store.locked():
        yield


@contextmanager
def _explained(outcome: str) -> Iterator[None]:
    """An error of the operating system becomes the line a user reads."""
    try:
        yield
    except OSError as error:
        where = f"{printable(os.fsdecode(error.filename))}: " if error.filename else ""
        raise Refused(f"{where}{_reason(error)}; {outcome}") from error

"""What must hold before a file is written: every refusal of the transaction, in words."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from codemod.applying import durable
from codemod.applying.journal import Change, Journal
from codemod.errors import Refused, printable
from codemod.files import git
from codemod.records import FilePlan, Migration

UNTOUCHED = "nothing was written"
ASTRAY = "leads out of the tree, or through a symbolic link"


def changes_of(migration: Migration, home: Path) -> tuple[Change, ...]:
    """What to do to each file, relative to `home`; raises `Refused` naming every file that stands in the way."""
    pairs = [(plan, _change(plan, Path(os.path.realpath(migration.root)), home)) for plan in migration.changed]
    objections = [f"{printable(plan.path)}: {change}" for plan, change in pairs if isinstance(change, str)]
    if objections:
        raise Refused(f"{UNTOUCHED}: {_some(objections, '; ')}")
    return tuple(change for _, change in pairs if isinstance(change, Change))


def place(home: Path, path: str) -> Path:
    """Where a file inside `home` is: never in git's own folder, never by way of a symbolic link (else `Refused`)."""
    parts = Path(path).parts
    forbidden = {"..", ".git"} & {part.lower() for part in parts}
    folder = os.path.join(os.path.realpath(home), *parts[:-1])
    if os.path.isabs(path) or forbidden or folder != os.path.realpath(folder):
        raise Refused(f"{printable(path)}: {ASTRAY}; {UNTOUCHED}")
    return home / path


def refuse_edited(journal: Journal, home: Path, kept: Path) -> None:
    """A file that is neither as before nor as after the apply has somebody's work in it."""
    edited = [printable(change.path) for change in journal.changes if not _known(change, place(home, change.path))]
    if edited:
        raise Refused(
            f"edited since the last apply: {_some(edited)}; {UNTOUCHED}. Put these files back as the apply left "
            f"them, or remove {printable(str(kept))} to keep the tree as it is"
        )


def refuse_elsewhere(journal: Journal, home: Path, root: Path) -> None:
    """Undo in one folder of a work tree does not reach into its siblings."""
    outside = [printable(c.path) for c in journal.changes if root not in (home / c.path).parents]
    if outside:
        where = f"{printable(str(root))}: {_some(outside)}"
        raise Refused(f"the last apply also changed files outside {where}; {UNTOUCHED}. Undo it in {home}")


def refuse_dirty(changes: Iterable[Change], home: Path) -> None:
    """Refuse to mix a migration with work that git could not bring back."""
    trees: dict[Path, set[str]] = {}
    for change in changes:
        target = home / change.path
        top = git.top_of(target.parent)
        if top:
            trees.setdefault(top, set()).add(target.relative_to(top).as_posix())
    dirty = [name for top, paths in trees.items() for name in _dirty(top, paths)]
    if dirty:
        raise Refused(
            f"git has uncommitted changes: {_some(dirty)}; {UNTOUCHED}. Commit them first, or use --allow-dirty"
        )


def _change(plan: FilePlan, root: Path, home: Path) -> Change | str:
    """The change, or why it cannot be made."""
    try:
        target = place(root, plan.path)
        now = durable.read(target)
        before, after = plan.before.encode(plan.codec), (plan.after or "").encode(plan.codec)
        if now != before and (now is not None or plan.before):
            return "changed since the preview; run again"
        if not (_writable(target.parent) and (now is None or _writable(target))):
            return "is read-only; make the file and its folder writable, or --exclude it"
        mode = None if now is None else stat.S_IMODE(target.lstat().st_mode)
    except Refused:
        return ASTRAY
    except (OSError, UnicodeError) as error:
        return getattr(error, "strerror", None) or str(error)
    return Change(target.relative_to(home).as_posix(), now, after, mode)


def _writable(path: Path) -> bool:
    """By its permission bits too: they tell the owner's wish, which the superuser would not be held to."""
    return bool(path.stat().st_mode & 0o222) and os.access(path, os.W_OK)


def _known(change: Change, target: Path) -> bool:
    return durable.holds(target, change.before) or durable.holds(target, change.after)


def _dirty(top: Path, paths: set[str]) -> Iterator[str]:
    """What is uncommitted in a work tree, if any of the paths is git's concern."""
    try:
        untracked = paths & set(git.listing(top, "--others"))
        if untracked or paths & set(git.listing(top, "--cached")):
            yield from map(printable, git.uncommitted(top))
            yield from (f"{printable(name)} (untracked)" for name in sorted(untracked))
    except git.GitFailed as error:
        raise Refused(f"git cannot say what is committed: {error}; {UNTOUCHED}. Use --allow-dirty to go on") from error


def _some(items: Sequence[str], separator: str = ", ") -> str:
    return separator.join(items[:5]) + (f" and {len(items) - 5} more" if len(items) > 5 else "")

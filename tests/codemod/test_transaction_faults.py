"""Every call that changes the disk fails once, in turn, and then for good: the tree is as before, or as after."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codemod.applying.keeping import interrupted
from codemod.applying.transaction import apply, recover, undo
from codemod.records import FilePlan, Migration
from tests.codemod.trees import Photo, fast_disk, grow, photograph, refusal, tripwire

OLD = {"a.py": b"import esm\n" * 9, "deep/b.py": b"x = 1\n", "deep/er/c.py": b"y = 1\r\n"}
__all__ = ["fast_disk"]  # a fixture
pytestmark = pytest.mark.usefixtures("fast_disk")
KINDS = [errno.ENOSPC, errno.EIO]


def plant(root: Path) -> Migration:
    """A tree with an earlier apply behind it, and a migration that changes three files and adds one."""
    grow(root, {"first.py": b"0\n", **OLD})
    apply(Migration(root, "hf", (FilePlan("first.py", "migrated", "0\n", "1\n"),)), allow_dirty=True)
    changed = [FilePlan(name, "migrated", text.decode(), text.decode() + "#\n") for name, text in OLD.items()]
    return Migration(root, "hf", (*changed, FilePlan("deep/new.py", "migrated", "", "z = 1\n")))


def sources(root: Path) -> Photo:
    return photograph(root, without=(".codemod",))


def fault(kind: int) -> Callable[[str, tuple[Any, ...]], None]:
    def fail(name: str, arguments: tuple[Any, ...]) -> None:
        if name == "write":
            os.pwrite(arguments[0], bytes(arguments[1])[:3], 0)
        raise OSError(kind, os.strerror(kind), None)

    return fail


def calls(root: Path, action: Callable[[], object]) -> int:
    """How many calls an action makes."""
    with tripwire(-1, fault(0)) as log:
        action()
    return len(log)


@pytest.mark.parametrize("kind", KINDS)
def test_an_apply_that_hits_a_fault_writes_nothing_and_says_so(tmp_path: Path, kind: int) -> None:
    total = calls(tmp_path, lambda: apply(plant(tmp_path / "count")))
    failures = 0
    for at in range(total):
        root = tmp_path / str(at)
        migration = plant(root)
        before = sources(root)
        with tripwire(at, fault(kind)):
            why = refusal(lambda migration=migration: apply(migration))
        if why is None:
            assert undo(root) == ("a.py", "deep/b.py", "deep/er/c.py", "deep/new.py")
            assert sources(root) == before
            continue
        failures += 1
        assert os.strerror(kind) in why
        assert sources(root) == before
        assert not interrupted(root)
        assert undo(root) == ("first.py",)
    assert failures > 30


def test_a_disk_that_stays_full_is_put_right_by_the_next_run(tmp_path: Path) -> None:
    total = calls(tmp_path, lambda: apply(plant(tmp_path / "count")))
    half_done = 0
    for at in range(total):
        root = tmp_path / str(at)
        migration = plant(root)
        before = sources(root)
        with tripwire(at, fault(errno.ENOSPC), sticky=True):
            why = refusal(lambda migration=migration: apply(migration))
        if why is None:
            assert undo(root)
        half_done += sources(root) != before
        recover(root)
        assert sources(root) == before
        assert not interrupted(root)
    assert half_done > 3


@pytest.mark.parametrize("kind", KINDS)
def test_an_undo_that_hits_a_fault_is_finished_by_the_next(tmp_path: Path, kind: int) -> None:
    def applied(root: Path) -> Photo:
        migration = plant(root)
        before = sources(root)
        apply(migration)
        return before

    applied(tmp_path / "count")
    failures = 0
    for at in range(calls(tmp_path, lambda: undo(tmp_path / "count"))):
        root = tmp_path / str(at)
        before = applied(root)
        with tripwire(at, fault(kind)):
            why = refusal(lambda root=root: undo(root))
        if why is not None:
            failures += 1
            assert os.strerror(kind) in why
            undo(root)
        recover(root)
        assert sources(root) == before
        assert not (root / ".codemod").exists()
    assert failures > 20


def test_ctrl_c_at_any_call_leaves_the_tree_as_it_was(tmp_path: Path) -> None:
    def interrupt(name: str, arguments: tuple[Any, ...]) -> None:
        raise KeyboardInterrupt

    stopped = 0
    for at in range(calls(tmp_path, lambda: apply(plant(tmp_path / "count")))):
        root = tmp_path / str(at)
        migration = plant(root)
        before = sources(root)
        try:
            with tripwire(at, interrupt):
                apply(migration)
        except KeyboardInterrupt:
            stopped += 1
        recover(root)
        if sources(root) != before:
            undo(root)
        assert sources(root) == before
        assert not [name for name in sources(root) if ".codemod-" in name]
    assert stopped > 30


def test_each_step_is_durable_before_the_next_depends_on_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A power cut keeps what was synced: journal, then new contents, then renames, then the commit."""
    migration = plant(tmp_path)
    steps: list[str] = []
    real_sync, real_replace = os.fsync, os.replace

    def sync(descriptor: int) -> None:
        steps.append(f"sync {os.readlink(f'/proc/self/fd/{descriptor}')}")
        real_sync(descriptor)

    def replace(source: Path, target: Path) -> None:
        assert f"sync {source}" in steps or source.name == "pending"
        steps.append(f"rename {target}")
        real_replace(source, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", replace)
    apply(migration)
    store = tmp_path / ".codemod"
    renames = [steps.index(f"rename {tmp_path / plan.path}") for plan in migration.files]
    folders = [len(steps) - 1 - steps[::-1].index(f"sync {tmp_path / name}") for name in ("", "deep", "deep/er")]
    journal, begun = steps.index(f"rename {store / 'pending'}"), steps.index(f"sync {store}")
    commit = steps.index(f"rename {store / 'applied'}")
    contents = [n for n, step in enumerate(steps) if "/.codemod-" in step and step.startswith("sync")]
    assert journal < begun < min(contents) <= max(contents) < min(renames)
    assert max(renames) < min(folders) <= max(folders) < commit

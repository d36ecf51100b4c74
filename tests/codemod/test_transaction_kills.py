"""Real SIGKILLs: at every call that changes the disk, inside the clean-up of an earlier kill, and at random times.

The suite takes a sample; the full loop is `CODEMOD_KILLS=600 pytest tests/codemod/test_transaction_kills.py`.
"""

from __future__ import annotations

import os
import random
import signal
import time
from itertools import count
from pathlib import Path

import pytest

from codemod.applying.keeping import interrupted
from codemod.applying.transaction import apply, recover, undo
from tests.codemod.test_transaction_faults import plant, sources
from tests.codemod.trees import Photo, child, commit, fast_disk, killed, photograph, refusal

__all__ = ["fast_disk"]  # a fixture
pytestmark = pytest.mark.usefixtures("fast_disk")
KILLS = int(os.environ.get("CODEMOD_KILLS", "40"))
CHANGED = ("a.py", "deep/b.py", "deep/er/c.py", "deep/new.py")


def expected(root: Path) -> tuple[Photo, Photo]:
    """The tree before and after an apply that nobody disturbs."""
    migration = plant(root)
    before = sources(root)
    apply(migration)
    after = sources(root)
    undo(root)
    assert sources(root) == before
    return before, after


def test_recover_after_a_kill_at_any_call_of_apply_gives_all_or_nothing(tmp_path: Path) -> None:
    outcomes = []
    before, after = expected(tmp_path)
    for at in count():
        migration = plant(tmp_path)
        if not killed(lambda migration=migration: apply(migration), at):
            break
        half_done = sources(tmp_path) not in (before, after)
        recover(tmp_path)
        outcomes.append((half_done, sources(tmp_path) == after))
        assert sources(tmp_path) in (before, after)
        assert not interrupted(tmp_path)
        if sources(tmp_path) == after:
            assert undo(tmp_path) == CHANGED
        assert sources(tmp_path) == before
    assert {(True, False), (False, False), (False, True)} == set(outcomes)
    assert len(outcomes) > 30


def test_undo_after_a_kill_at_any_call_of_apply_takes_back_that_apply(tmp_path: Path) -> None:
    before, _ = expected(tmp_path)
    for at in count():
        migration = plant(tmp_path)
        if not killed(lambda migration=migration: apply(migration), at):
            break
        if undo(tmp_path) == ("first.py",):  # killed before the journal stood: the earlier apply is the last one
            plant(tmp_path)
        assert sources(tmp_path) == before
    assert at > 30


def test_apply_after_a_kill_at_any_call_of_apply_completes_it(tmp_path: Path) -> None:
    before, after = expected(tmp_path)
    for at in count():
        migration = plant(tmp_path)
        if not killed(lambda migration=migration: apply(migration), at):
            break
        if sources(tmp_path) != after or interrupted(tmp_path):
            apply(migration)
        assert sources(tmp_path) == after
        assert undo(tmp_path) == CHANGED
        assert sources(tmp_path) == before
    assert at > 30


def test_undo_after_a_kill_at_any_call_of_undo_finishes_it(tmp_path: Path) -> None:
    before, _ = expected(tmp_path)
    for at in count():
        apply(plant(tmp_path))
        if not killed(lambda: undo(tmp_path), at):
            break
        why = refusal(lambda: undo(tmp_path))
        assert why is None or "nothing to undo" in why  # killed in its last housekeeping
        assert sources(tmp_path) == before
        assert not (tmp_path / ".codemod").exists()
    assert at > 20


def test_a_kill_inside_the_recovery_from_a_kill_is_recovered_from(tmp_path: Path) -> None:
    before, after = expected(tmp_path)
    chance = random.Random(5)
    for _ in range(KILLS // 4):
        migration = plant(tmp_path)
        killed(lambda migration=migration: apply(migration), chance.randrange(20, 60))
        for _ in range(3):
            killed(lambda: recover(tmp_path), chance.randrange(30))
        recover(tmp_path)
        if sources(tmp_path) == after:
            undo(tmp_path)
        assert sources(tmp_path) == before


def test_kills_at_random_times_in_a_git_tree_lose_nothing(tmp_path: Path) -> None:
    commit(tmp_path, {"unrelated.txt": b"mine"})
    migration = plant(tmp_path)
    undo(tmp_path)
    before = photograph(tmp_path)
    began = time.perf_counter()
    apply(migration, allow_dirty=True)
    usual = time.perf_counter() - began
    undo(tmp_path)
    chance = random.Random(7)
    for _ in range(KILLS):
        process = child(lambda: apply(migration, allow_dirty=True))
        time.sleep(chance.uniform(0, 1.2 * usual))
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        why = refusal(lambda: undo(tmp_path))
        assert why is None or "nothing to undo" in why
        assert photograph(tmp_path) == before


def test_two_runs_at_once_never_mix(tmp_path: Path) -> None:
    before, after = expected(tmp_path)
    for _ in range(max(5, KILLS // 8)):
        migration = plant(tmp_path)
        processes = [child(lambda migration=migration: apply(migration)) for _ in range(3)]
        for process in processes:
            os.waitpid(process, 0)
        assert sources(tmp_path) == after
        assert undo(tmp_path) == CHANGED
        assert sources(tmp_path) == before

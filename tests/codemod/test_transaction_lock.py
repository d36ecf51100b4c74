"""One run at a time, whatever happens to the lock file meanwhile."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from codemod.applying import lock
from codemod.errors import Refused
from tests.codemod.trees import child


def test_a_lock_that_is_held_refuses_with_the_given_line(tmp_path: Path) -> None:
    with lock.hold(tmp_path / "x", "taken"), pytest.raises(Refused) as caught, lock.hold(tmp_path / "x", "taken now"):
        pytest.fail("two runs at once")
    assert str(caught.value) == "taken now"


def test_a_lock_is_free_again_after_its_run(tmp_path: Path) -> None:
    for _ in range(2):
        with lock.hold(tmp_path / "x", "taken"):
            assert (tmp_path / "x/lock").exists()


def test_a_lock_dies_with_its_holder(tmp_path: Path) -> None:
    def hold_forever() -> None:
        with lock.hold(tmp_path / "x", "taken"):
            (tmp_path / "held").touch()
            time.sleep(60)

    process = child(hold_forever)
    while not (tmp_path / "held").exists():
        time.sleep(0.001)
    with pytest.raises(Refused), lock.hold(tmp_path / "x", "taken"):
        pytest.fail("two runs at once")
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    with lock.hold(tmp_path / "x", "taken"):
        assert (tmp_path / "x/lock").exists()


def test_a_lock_file_removed_before_it_is_locked_is_a_ghost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another run ended between our opening the file and locking it: a third must not find a new file unlocked."""
    real, removed = lock._lock, []

    def lock_late(descriptor: int) -> bool:
        if not removed:
            removed.append((tmp_path / "x/lock").unlink())
        return real(descriptor)

    monkeypatch.setattr(lock, "_lock", lock_late)
    with lock.hold(tmp_path / "x", "taken"), pytest.raises(Refused), lock.hold(tmp_path / "x", "taken"):
        pytest.fail("two runs at once")
    assert removed


def test_a_lock_file_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x/lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic links"), lock.hold(tmp_path / "x", "taken"):
        pytest.fail("followed")
    assert not (tmp_path / "elsewhere").exists()

"""Long lists are worked through by several processes: the same answers, whatever becomes of them."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from codemod.files import forks
from codemod.files.scan import survey
from tests.codemod.trees import grow

pytestmark = pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="processes are copied on Linux only")
HERE = os.getpid()


@pytest.fixture(params=[1, 2, 3, 4])
def processes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    count: int = request.param
    monkeypatch.setattr(forks, "SHORTEST", 1)
    monkeypatch.setattr(threading, "active_count", lambda: 1)  # other tests may have left some behind
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(count)))
    return count


def test_each_name_is_worked_on_once_and_in_order(processes: int) -> None:
    names = [f"{n}.py" for n in range(11)]
    answers = forks.each_part(lambda part: [list(part), os.getpid()], names)
    assert [name for part, _ in answers for name in part] == names
    assert len({pid for _, pid in answers}) == processes


def test_what_a_process_does_not_answer_is_done_here(processes: int) -> None:
    def work(part: Sequence[str]) -> list[str]:
        if os.getpid() != HERE:
            os._exit(1)
        return list(part)

    assert forks.each_part(work, ["a", "b", "c", "d"]) == [[*part] for part in forks._parts("abcd", processes)]


def test_what_cannot_be_written_is_done_here(processes: int) -> None:
    answers = forks.each_part(lambda part: Path(*part), ["a", "b", "c", "d"])
    assert Path(*map(str, answers)) == Path("a/b/c/d")


def test_short_lists_start_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork")
    assert forks.each_part(list, ["a", "b"]) == [["a", "b"]]


def test_the_answers_do_not_depend_on_how_many_there_are(processes: int, tmp_path: Path) -> None:
    files = {f"{n}.py": b"import esm\n" if n % 3 else b"import os\n" for n in range(20)}
    root = grow(tmp_path, files)
    told: list[str] = []
    names = [*files, "missing.py"]
    report, look = lambda path, why: told.append(path), lambda data, size: bytes(data[:size])
    found, notes = survey(root, names, [b"esm"], report, look)
    assert list(found.items()) == [(name, data) for name, data in files.items() if b"esm" in data]
    assert notes == files
    assert told == ["missing.py"]

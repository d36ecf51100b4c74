"""Which contents are kept: those with a word in them, and no file stops the search."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from codemod.files import scan as module
from codemod.files.scan import scan
from tests.codemod.trees import grow, photograph, sees_everything

WORDS = [b"esm", b"torch.hub"]


def reports(root: Path, names: list[str]) -> tuple[dict[str, bytes], list[tuple[str, str]]]:
    problems: list[tuple[str, str]] = []
    found = scan(root, names, WORDS, lambda path, why: problems.append((path, why)))
    return found, problems


def test_only_files_with_a_word_are_kept_in_the_order_asked(tmp_path: Path) -> None:
    files = {"b.py": b"import esm", "a.py": b"torch.hub.load()", "c.py": b"import os", "d.py": b"", "e.py": b"es\0m"}
    found = scan(grow(tmp_path, files), files, WORDS)
    assert list(found.items()) == [("b.py", b"import esm"), ("a.py", b"torch.hub.load()")]


def test_a_short_file_does_not_inherit_words_from_a_longer_one(tmp_path: Path) -> None:
    grow(tmp_path, {"a.py": b"x" * 99 + b"esm", "b.py": b"x" * 40})
    assert list(scan(tmp_path, ["a.py", "b.py"], WORDS)) == ["a.py"]


def test_no_words_keep_no_files(tmp_path: Path) -> None:
    grow(tmp_path, {"a.py": b"esm"})
    assert scan(tmp_path, ["a.py"], []) == {}


def test_a_longer_word_is_covered_by_the_one_inside_it(tmp_path: Path) -> None:
    grow(tmp_path, {"a.py": b"esm", "b.py": b"fair-esm", "c.py": b"fair"})
    assert list(scan(tmp_path, ["a.py", "b.py", "c.py"], [b"fair-esm", b"esm"])) == ["a.py", "b.py"]


@pytest.mark.parametrize("size", [module.BUFFER - 1, module.BUFFER, module.BUFFER + 1, 3 * module.BUFFER])
def test_a_file_around_and_beyond_the_buffer_is_kept_whole(tmp_path: Path, size: int) -> None:
    content = b"x" * (size - 3) + b"esm"
    grow(tmp_path, {"a.py": content, "b.py": b"x" * size})
    assert scan(tmp_path, ["a.py", "b.py"], WORDS) == {"a.py": content}


@pytest.mark.parametrize("place", [0, module.BUFFER - 2, module.BUFFER + (1 << 20) - 1, -1])
def test_a_file_too_large_to_parse_costs_one_line_where_it_has_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    monkeypatch.setattr(module, "LIMIT", 2 * module.BUFFER)
    size = 4 * module.BUFFER
    at = size - 3 if place < 0 else place
    grow(tmp_path, {"big.py": b"x" * at + b"esm" + b"x" * (size - at - 3), "dull.py": b"x" * size})
    found, problems = reports(tmp_path, ["big.py", "dull.py"])
    assert found == {}
    assert problems == [("big.py", "larger than 2 MiB; move the code out of it")]


def test_what_is_not_a_file_does_not_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grow(tmp_path, {"a.py": b"esm", "folder.py/x": b""})
    os.mkfifo(tmp_path / "fifo.py")
    (tmp_path / "link.py").symlink_to("a.py")
    (tmp_path / "loop.py").symlink_to("loop.py")
    with socket.socket(socket.AF_UNIX) as server:
        monkeypatch.chdir(tmp_path)  # a socket's address has at most 108 bytes
        server.bind("socket.py")
        names = ["a.py", "fifo.py", "folder.py", "gone.py", "link.py", "loop.py", "socket.py"]
        found, problems = reports(tmp_path, names)
    assert found == {"a.py": b"esm"}
    assert [path for path, _ in problems] == ["folder.py", "gone.py", "link.py", "loop.py", "socket.py"]
    assert ("gone.py", "cannot be read: No such file or directory") in problems


def test_a_device_without_an_end_is_not_read_to_it(tmp_path: Path) -> None:
    found, problems = reports(Path("/dev"), ["zero", "null"])
    assert found == {}
    assert problems == [("zero", "cannot be read: not a regular file")]


@pytest.mark.skipif(sees_everything(), reason="root may read everything")
def test_an_unreadable_file_costs_one_line(tmp_path: Path) -> None:
    grow(tmp_path, {"a.py": b"esm", "b.py": b"esm"})
    (tmp_path / "b.py").chmod(0)
    assert reports(tmp_path, ["a.py", "b.py"]) == ({"a.py": b"esm"}, [("b.py", "cannot be read: Permission denied")])


@pytest.mark.parametrize("cold", [True, False])
def test_threads_and_no_threads_give_the_same_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cold: bool
) -> None:
    names = [f"{n:04}.py" for n in range(3 * module.BATCH)]
    grow(tmp_path, {name: b"esm" if n % 7 == 0 else b"no" for n, name in enumerate(names)})
    real = module._waits
    monkeypatch.setattr(module, "_waits", lambda search, batch: (real(search, batch) and False) or cold)
    found, problems = reports(tmp_path, [*names, "gone.py"])
    assert list(found) == names[::7]
    assert [path for path, _ in problems] == ["gone.py"]


def test_a_single_file_starts_no_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grow(tmp_path, {"a.py": b"esm"})
    monkeypatch.setattr(module, "_waits", lambda search, batch: [search(batch)])
    monkeypatch.setattr(module, "Thread", None)
    assert scan(tmp_path, ["a.py"], WORDS) == {"a.py": b"esm"}


def test_scanning_changes_nothing(tmp_path: Path) -> None:
    grow(tmp_path, {"a.py": b"esm", "b.py": b"no"})
    before = photograph(tmp_path)
    scan(tmp_path, ["a.py", "b.py"], WORDS)
    assert photograph(tmp_path) == before

"""A tree that means harm, or was made by someone who does not know us, from discovery to undo."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from codemod.applying.transaction import apply, undo
from codemod.errors import Undecodable
from codemod.files.discovery import discover
from codemod.files.scan import scan
from codemod.files.text import decode
from codemod.records import FilePlan, Migration
from tests.codemod.trees import commit, git, grow, photograph, sees_everything

STRANGE = {
    "plain.py": b"import esm\n",
    os.fsdecode(b"new\nline.py"): b"import esm\r\n",
    os.fsdecode(b"caf\xe9.py"): b"import esm\r",
    "form.py": b"import esm\n\f\nx = 1\n",
    "latin.py": b"# coding: latin-1\nimport esm  # \xe9\n",
    "mark.py": b"\xef\xbb\xbfimport esm\n",
    "-rf.py": b"import esm",
    "a b'c\"$(touch pwned).py": b"import esm\n",
}
UNREADABLE = {
    "utf16.py": "import esm\n".encode("utf-16") + b"esm",
    "null.py": b"import esm\0\n",
    "bad.py": b"import esm # \xff\n",
}


def hostile(root: Path) -> Path:
    grow(root, {**STRANGE, **UNREADABLE, "folder.py/inner.py": b"import esm\n", "empty.py": b""})
    os.mkfifo(root / "fifo.py")
    (root / "loop").symlink_to(".")
    (root / "self.py").symlink_to("self.py")
    (root / "away.py").symlink_to("/etc/hostname")
    return root


@pytest.mark.parametrize("versioned", [False, True])
def test_every_strange_file_is_rewritten_and_comes_back(tmp_path: Path, versioned: bool) -> None:
    hostile(tmp_path)
    if versioned:
        commit(tmp_path, {})
    before = photograph(tmp_path)
    found = discover([tmp_path])
    assert set(found.files) == {*STRANGE, *UNREADABLE, "folder.py/inner.py", "empty.py"}
    contents = scan(found.root, found.files, [b"esm"])
    assert set(contents) == {*STRANGE, *UNREADABLE, "folder.py/inner.py"}
    plans = []
    for name, data in contents.items():
        if name not in UNREADABLE:
            text, codec = vars(decode(data)).values()
            plans.append(FilePlan(name, "migrated", text, text.replace("esm", "hf"), codec))
    apply(Migration(found.root, "hf", tuple(plans)))
    assert {name: (tmp_path / name).read_bytes() for name in STRANGE} == {
        name: data.replace(b"esm", b"hf") for name, data in STRANGE.items()
    }
    assert {name: (tmp_path / name).read_bytes() for name in UNREADABLE} == UNREADABLE
    assert undo(tmp_path) == tuple(plan.path for plan in plans)
    assert photograph(tmp_path) == before


def test_every_line_about_a_hostile_tree_is_one_printable_line(tmp_path: Path) -> None:
    hostile(tmp_path)
    (tmp_path / os.fsdecode(b"bad\n\xff.py")).symlink_to("plain.py")
    lines = discover([tmp_path]).skipped
    assert "fifo.py (not a regular file)" in lines
    assert "bad\\n\\xff.py (symbolic link, not followed)" in lines
    assert all(line.isprintable() for line in lines)
    "".join(lines).encode("utf-8")


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_not_text_is_refused_with_a_reason(name: str) -> None:
    with pytest.raises(Undecodable):
        decode(UNREADABLE[name])


@pytest.mark.skipif(sees_everything(), reason="root may look into every folder")
def test_a_folder_nobody_may_look_into_costs_one_line(tmp_path: Path) -> None:
    grow(tmp_path, {"a.py": b"esm", "secret/b.py": b"esm"})
    (tmp_path / "secret").chmod(0)
    found = discover([tmp_path])
    (tmp_path / "secret").chmod(0o755)
    assert (found.files, found.skipped) == (("a.py",), ("secret/ (cannot be read: Permission denied)",))


def test_a_tree_deeper_than_a_path_can_be_costs_one_line(tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    for _ in range(60):
        os.mkdir("d" * 100, dir_fd=folder)
        below = os.open("d" * 100, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    os.close(folder)
    grow(tmp_path, {"a.py": b"esm"})
    found = discover([tmp_path])
    assert found.files == ("a.py",)
    assert len(found.skipped) == 1
    assert "File name too long" in found.skipped[0]
    subprocess.run(["rm", "-rf", "d" * 100], cwd=tmp_path, check=True)  # shutil and pytest cannot


def test_a_line_of_200_megabytes_is_searched_in_little_memory(tmp_path: Path) -> None:
    with open(tmp_path / "long.py", "wb") as file:
        file.truncate(200 << 20)
        file.seek((150 << 20) - 1)
        file.write(b"esm")
    program = (
        "import re, sys; from pathlib import Path; from codemod.files.scan import scan\n"
        "print(scan(Path(sys.argv[1]), ['long.py'], [b'esm'], lambda path, why: print(path, why)))\n"
        "peak = re.search(r'VmHWM:\\s*(\\d+)', Path('/proc/self/status').read_text())\n"
        "assert peak is None or int(peak[1]) < 60 << 10"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert done.stderr == ""
    assert done.stdout == "long.py larger than 64 MiB; move the code out of it\n{}\n"


def test_nothing_a_repository_configures_is_ever_run(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    tree = commit(tmp_path / "tree", {"a.py": b"import esm\n", "x.bin": b"1\n"})
    script = grow(tmp_path, {"run": f"#!/bin/sh\ntouch {trap}\ncat\n".encode()}) / "run"
    script.chmod(0o755)
    grow(tree, {".gitattributes": b"* filter=evil diff=evil\n", ".git/hooks/post-index-change": script.read_bytes()})
    (tree / ".git/hooks/post-index-change").chmod(0o755)
    git(tree, "-c", "core.hooksPath=/nowhere", "add", "-A")
    git(tree, "-c", "core.hooksPath=/nowhere", "commit", "-qm", "trap")
    for name in ("core.fsmonitor", "filter.evil.clean", "filter.evil.smudge", "diff.evil.textconv"):
        git(tree, "config", name, str(script))
    git(tree, "config", "filter.evil.required", "true")

    def spring() -> bool:
        """Make every file look modified, so that git has to look inside."""
        trap.unlink(missing_ok=True)
        for name in ("a.py", "x.bin"):
            os.utime(tree / name, (1, 1))
        return True

    assert spring()
    assert discover([tree]).files == ("a.py",)
    apply(Migration(tree, "hf", (FilePlan("a.py", "migrated", "import esm\n", "import hf\n"),)))
    undo(tree)
    assert not trap.exists()
    assert spring()
    git(tree, "status")
    assert trap.exists()


def test_a_python_file_that_would_act_is_only_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trap = tmp_path / "trap"
    act = f"import esm; open({str(trap)!r}, 'w')\n".encode()
    names = ("sitecustomize.py", "conftest.py", "setup.py", "re.py", "json.py", "tokenize.py", "codemod/__init__.py")
    tree = grow(tmp_path / "tree", dict.fromkeys(names, act))
    monkeypatch.chdir(tree)
    found = discover([])
    for data in scan(found.root, found.files, [b"esm"]).values():
        decode(data)
    assert set(found.files) == set(names)
    assert not trap.exists()


def test_the_file_layer_starts_without_heavy_imports() -> None:
    heavy = "{'libcst', 'rich', 'networkx', 'asyncio', 'concurrent.futures', 'shutil', 'tempfile'}"
    program = (
        "import sys; import codemod.files.discovery, codemod.files.scan, codemod.files.text\n"
        "import codemod.applying.transaction\n"
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", program], capture_output=True, text=True, cwd=Path(__file__).parents[2], check=True
    )
    assert done.stdout == "[]\n"

"""The whole command on a tree that means harm: one bad file costs one line, and nothing in the tree is ever run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.codemod.trees import commit, grow, photograph, sees_everything

PROJECT = Path(__file__).parents[2]
USE = b"import esm\nmodel, alphabet = esm.pretrained.esm2_t6_8M_UR50D()\n"
DEEP = 100_000

GOOD = {
    "plain.py": USE,
    "crlf.py": USE.replace(b"\n", b"\r\n"),
    "old_mac.py": USE.replace(b"\n", b"\r"),
    "mark.py": b"\xef\xbb\xbf" + USE,
    "form.py": b"\f\n" + USE + b"\f\nx = 1\n",
    "latin.py": b"# coding: latin-1\n# caf\xe9\n" + USE,
    "new\nline.py": USE,
    os.fsdecode(b"caf\xe9.py"): USE,
    "-rf.py": USE,
    "$(touch trap).py": USE,
    "folder.py/inner.py": USE,
    "long.py": USE + b"x = '" + b"a" * (4 << 20) + b"'\n",
    "wide.py": USE + b"x = [" + b"1, " * 20_000 + b"]\n",
}
BAD = {
    "utf16.py": USE.decode().encode("utf-16") + USE,
    "null.py": USE + b"\0",
    "bytes.py": USE + b"# \xff\n",
    "liar.py": b"# coding: ascii\n" + USE + "# é\n".encode(),
    "klingon.py": b"# coding: klingon\n" + USE,
    "broken.py": USE + b"def f(:\n",
    "brackets.py": USE + b"x = " + b"(" * DEEP + b"1" + b")" * DEEP + b"\n",
    "blocks.py": USE + b"".join(b" " * depth + b"if x:\n" for depth in range(200)) + b" " * 200 + b"pass\n",
}
#: These parse with one Python and not with another; either way they stop nobody.
EITHER = {
    "minus.py": USE + b"x = " + b"-" * DEEP + b"1\n",
    "attributes.py": USE + b"x" + b".a" * DEEP + b"\n",
    "calls.py": USE + b"x" + b"()" * DEEP + b"\n",
    "sum.py": USE + b"x = 1" + b" + 1" * DEEP + b"\n",
    "nots.py": USE + b"x = " + b"not " * DEEP + b"1\n",
    "lambdas.py": USE + b"x = " + b"lambda: " * DEEP + b"1\n",
    "elif.py": USE + b"if x: pass\n" + b"elif x: pass\n" * (DEEP // 10),
    "power.py": USE + b"x = 1" + b" ** 1" * DEEP + b"\n",
    "ternary.py": USE + b"x = 1" + b" if x else 1" * (DEEP // 10) + b"\n",
}
#: Modules that Python, pytest, setuptools or our own libraries would import, were the tree on their path.
TRAPS = (
    "setup.py", "conftest.py", "sitecustomize.py", "usercustomize.py", "nested/esm.py", "torch.py", "transformers.py",
    "argparse.py", "json.py", "tokenize.py", "dataclasses.py", "ast.py", "difflib.py", "rich.py", "networkx.py",
    "libcst.py", "hashlib.py", "subprocess.py", "validation/__init__.py", "tomllib.py", "__future__.py",
)  # fmt: skip


@pytest.fixture(params=["git", "no git"])
def tree(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The tree; `trap` stands beside it and appears as soon as anything in it is run."""
    act = f"import esm; open({str(tmp_path / 'trap')!r}, 'w'); raise SystemExit('run!')\n".encode()
    files = {**GOOD, **BAD, **EITHER, **dict.fromkeys(TRAPS, act), "requirements.txt": b"fair-esm\n"}
    root = (commit if request.param == "git" else grow)(tmp_path / "tree", files)
    (root / "loop").symlink_to(".")
    (root / "self.py").symlink_to("self.py")
    (root / "away.py").symlink_to("/etc/hostname")
    (root / "directory.py").mkdir()
    os.mkfifo(root / "fifo.py")
    return root


def run(tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command as a user starts it inside the tree."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONSAFEPATH": ""}
    command = [sys.executable, "-m", "codemod", "--to", "hf", *words]
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, timeout=300)
    assert not (tree.parent / "trap").exists(), done.stderr
    assert "Traceback" not in done.stderr
    return done


def reported(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr[-2000:]
    return {each["path"]: each for each in json.loads(done.stdout)["files"]}


def test_one_bad_file_costs_one_line_and_the_good_ones_migrate(tree: Path) -> None:
    before = photograph(tree)
    found = reported(run(tree, "--dry-run", "--json", "-"))
    lines = {path: (found[path]["status"], len(found[path]["leftovers"])) for path in BAD}
    assert lines == dict.fromkeys(BAD, ("error", 1))
    assert {found[path]["status"] for path in GOOD} == {"migrated"}
    assert {found[path]["status"] for path in EITHER} <= {"migrated", "error"}
    assert not {"self.py", "away.py", "fifo.py", "directory.py"} & found.keys()
    assert photograph(tree) == before


def test_apply_writes_the_good_ones_and_undo_brings_every_byte_back(tree: Path) -> None:
    before = photograph(tree)
    found = reported(run(tree, "--apply", "--allow-dirty", "--json", "-"))
    after = {name: (tree / name).read_bytes() for name in (*GOOD, *BAD, *EITHER)}
    changed = {name for name, content in {**GOOD, **BAD, **EITHER}.items() if after[name] != content}
    assert changed == {*GOOD, *(name for name in EITHER if found[name]["status"] == "migrated")}
    assert not [name for name in changed if b"esm.pretrained" in after[name]]
    assert run(tree, "--undo").returncode == 0
    assert {**photograph(tree), **before} == photograph(tree)


def test_check_is_1_and_the_report_for_people_is_text(tree: Path) -> None:
    done = run(tree, "--check")
    assert done.returncode == 1
    assert "new\\nline.py" in done.stdout
    done.stdout.encode("utf-8")


@pytest.mark.skipif(sees_everything(), reason="root may look into every folder")
def test_a_folder_without_permission_costs_one_line(tree: Path) -> None:
    grow(tree, {"secret/inner.py": USE})
    (tree / "secret").chmod(0)
    try:
        done = run(tree, "--dry-run")
    finally:
        (tree / "secret").chmod(0o755)
    assert done.returncode == 0
    assert done.stdout.count("secret/") == 1

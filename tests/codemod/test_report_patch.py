"""`git apply` of the patch gives exactly the bytes that `--apply` would write."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from codemod.records import FilePlan, Migration
from codemod.report.patch import patch
from tests.codemod.report_sample import empty, sample

LINES = "".join(f"line {number}\n" for number in range(40)) + "import esm\n" + "tail\n" * 20
CASES = {
    "line feeds": ("a.py", LINES, LINES.replace("esm", "torch"), "utf-8"),
    "CRLF": ("a.py", LINES.replace("\n", "\r\n"), LINES.replace("esm", "torch").replace("\n", "\r\n"), "utf-8"),
    "mixed ends": ("a.py", "a\r\nimport esm\nb\rc\r\n", "a\r\nimport torch\nb\rc\r\n", "utf-8"),
    "CR only": ("a.py", "a\rimport esm\rb\r", "a\rimport torch\rb\r", "utf-8"),
    "no final newline": ("a.py", "x = 1\nimport esm", "x = 1\nimport torch", "utf-8"),
    "final newline added": ("a.py", "x = 1\nimport esm", "x = 1\n", "utf-8"),
    "final newline lost": ("a.py", "x = 1\nimport esm\n", "x = 1", "utf-8"),
    "byte order mark": ("a.py", "import esm\nx = 1\n", "import torch\nx = 1\n", "utf-8-sig"),
    "latin-1": ("a.py", "# coding: latin-1\nimport esm # Größe\n", "# coding: latin-1\nx = 1 # Größe\n", "latin-1"),
    "cp1252": ("a.py", "# coding: cp1252\nimport esm # 5 €\n", "# coding: cp1252\nx = 1 # 5 €\n", "cp1252"),
    "form feed": ("a.py", "import esm\n\f\nx = '\x85\u2028'\n", "import torch\n\f\nx = '\x85\u2028'\n", "utf-8"),
    "name with a space": ("my dir/a b.py", "import esm\n", "import torch\n", "utf-8"),
    "name not ASCII": ("größe/é b.py", "import esm\n", "import torch\n", "utf-8"),
    "name not UTF-8": ("caf\udce9.py", "import esm\n", "import torch\n", "utf-8"),
    "name with quotes": ('a"b\\c\td.py', "import esm\n", "import torch\n", "utf-8"),
    "name with a newline": ("a\nb.py", "import esm\n", "import torch\n", "utf-8"),
    "all text goes": ("a.py", "import esm\n", "", "utf-8"),
    "lines that look like a diff": ("a.py", "--- a\n+++ b\nimport esm\n", "+++ b\n-- x\n", "utf-8"),
}


@pytest.mark.parametrize("name", CASES)
def test_git_apply_gives_the_planned_bytes(name: str, tmp_path: Path) -> None:
    path, before, after, codec = CASES[name]
    assert_applies((FilePlan(path, "migrated", before, after, codec),), tmp_path)


def test_the_sample_applies_in_one_patch(tmp_path: Path) -> None:
    migration = sample()
    assert len(migration.changed) == 4
    assert_applies(migration.files, tmp_path)


@pytest.mark.parametrize("path", ["a b.py", "größe.py", 'q"\\.py', "plain.py"])
def test_names_are_written_as_git_writes_them(path: str, tmp_path: Path) -> None:
    plans = (FilePlan(path, "migrated", "import esm\n", "import torch\n"),)
    assert_applies(plans, tmp_path)
    git(tmp_path, "add", "--intent-to-add", ".")
    by_git = subprocess.run(("git", "diff"), cwd=tmp_path, capture_output=True, check=True).stdout
    ours = patch(Migration(tmp_path, "hf", plans))
    assert named(ours, b"+++ ") == named(by_git, b"+++ ")
    assert named(ours, b"diff --git ") == named(by_git, b"diff --git ")


def named(diff: bytes, start: bytes) -> list[bytes]:
    return [line for line in diff.split(b"\n") if line.startswith(start)]


def test_a_patch_can_be_taken_back(tmp_path: Path) -> None:
    (plan,) = plans = (FilePlan("a.py", "migrated", "a\r\nimport esm", "a\r\n", "utf-8-sig"),)
    assert_applies(plans, tmp_path)
    git(tmp_path, "apply", "-R", "--whitespace=nowarn", "-", stdin=patch(Migration(tmp_path, "hf", plans)))
    assert (tmp_path / "a.py").read_bytes() == plan.before.encode(plan.codec)


def test_no_change_makes_an_empty_patch() -> None:
    assert patch(empty()) == b""


def test_a_file_that_stays_is_not_in_the_patch() -> None:
    same = FilePlan("same.py", "left", "import esm\n", "import esm\n")
    left = FilePlan("left.py", "left", "import esm\n")
    assert patch(Migration(Path("/r"), "hf", (same, left))) == b""


def test_a_notebook_is_patched_as_the_json_that_it_is() -> None:
    assert b'"cell_type": "code"' in patch(sample())


def assert_applies(plans: tuple[FilePlan, ...], root: Path) -> None:
    git(root, "init", "-q")
    for plan in plans:
        file = root / plan.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(plan.before.encode(plan.codec))
    git(root, "apply", "--whitespace=nowarn", "-", stdin=patch(Migration(root, "hf", plans)))
    for plan in plans:
        expected = plan.before if plan.after is None else plan.after
        assert (root / plan.path).read_bytes() == expected.encode(plan.codec)


def git(root: Path, *arguments: str, stdin: bytes = b"") -> None:
    settings = ("-c", "core.autocrlf=false", "-c", "core.safecrlf=false")
    done = subprocess.run(("git", *settings, *arguments), cwd=root, input=stdin, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()

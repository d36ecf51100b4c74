"""The command line as its users meet it: exit codes, reports, settings, and that nothing of the target ever runs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from codemod import __version__
from codemod.cli import main
from codemod.explain import rule_names
from codemod.labels import LABELS, label_page
from tests.codemod.test_cases import read_case
from tests.codemod.trees import commit, fast_disk, git, grow, photograph

UNITS = (
    b'import esm\r\n\r\nmodel, alphabet = esm.pretrained.esm2_t6_8M_UR50D()\r\nprint("\xc3\xa9", alphabet.mask_idx)\r\n'
)
LEFT = b"import esm\n\nmodel, alphabet = esm.pretrained.esm_msa1b_t12_100M_UR50S()\n"
OTHER = b"import torch\n\nprint(torch.zeros(1))\n"
FILES = {"units.py": UNITS, "sub/left.py": LEFT, "other.py": OTHER, "requirements.txt": b"fair-esm==2.0.0\nnumpy\n"}

ROOT = Path(__file__).parents[2]

__all__ = ["fast_disk"]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return grow(tmp_path / "tree", FILES)


def run(capfdbinary: pytest.CaptureFixture[bytes], *words: object) -> tuple[int, bytes, bytes]:
    """Exit code, standard output and standard error."""
    try:
        code = main([str(word) for word in words])
    except SystemExit as stop:  # argparse
        code = int(stop.code or 0)
    out, err = capfdbinary.readouterr()
    return code, out, err


def report(capfdbinary: pytest.CaptureFixture[bytes], *words: object) -> dict[str, object]:
    code, out, _ = run(capfdbinary, "--json", "-", *words)
    assert code == 0
    found = json.loads(out)
    assert isinstance(found, dict)
    found["summary"].pop("seconds")
    return found


def statuses(found: dict[str, object]) -> dict[str, str]:
    return {each["path"]: each["status"] for each in found["files"]}  # type: ignore[attr-defined, index]


# exit codes


def test_a_preview_is_0_and_touches_nothing(tree: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    before = photograph(tree)
    code, out, err = run(capfdbinary, tree, "--to", "hf")
    assert (code, err) == (0, b"")
    assert b"units.py" in out
    assert b"EsmModel" in out
    assert photograph(tree) == before


def test_a_preview_is_what_happens_without_an_action(tree: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    shown = [re.sub(rb"in [\d.]+ s\.", b"", run(capfdbinary, tree, *words)[1]) for words in (["--dry-run"], [])]
    assert shown[0] == shown[1]


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"units.py": UNITS}, 1),
        ({"left.py": LEFT}, 1),
        ({"requirements.txt": b"fair-esm\n"}, 1),
        ({"other.py": OTHER}, 0),
        ({}, 0),
    ],
    ids=["would change", "would be left", "only a dependency", "nothing of ours", "empty"],
)
def test_check_is_1_where_anything_is_to_do(
    files: dict[str, bytes], code: int, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    grow(tmp_path, files)
    before = photograph(tmp_path)
    assert run(capfdbinary, tmp_path, "--check", "--to", "hf")[0] == code
    assert photograph(tmp_path) == before


def test_check_is_0_after_apply(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], fast_disk: None) -> None:
    grow(tmp_path, {"units.py": UNITS})
    assert run(capfdbinary, tmp_path, "--apply", "--to", "hf")[0] == 0
    assert run(capfdbinary, tmp_path, "--check", "--to", "hf")[0] == 0


@pytest.mark.parametrize(
    "words",
    [
        ["--to", "jax"],
        ["--apply", "--check"],
        ["--frobnicate"],
        ["--explain", "frobnicate"],
        ["--only", "frobnicate"],
        ["--jobs", "many"],
        ["--json"],
        ["no/such/path"],
        ["--json", "no/such/folder/report.json"],
        ["--patch", "no/such/folder/a.patch"],
    ],
    ids=lambda words: " ".join(words),
)
def test_a_question_without_sense_is_2_and_touches_nothing(
    words: list[str], tree: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree)
    before = photograph(tree)
    code, out, err = run(capfdbinary, *words)
    assert code == 2
    assert out == b""
    assert words[-1].encode() in err or b"expected one argument" in err
    assert b"Traceback" not in err
    assert photograph(tree) == before


@pytest.mark.parametrize("label", [*LABELS, ".named_children() of the model", "esm.pretrained", "iter(esm.Output)"])
def test_every_label_of_a_report_is_explained(label: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    code, page, _ = run(capfdbinary, "--explain", label)
    assert code == 0
    assert page.decode().strip() == label_page(label)
    assert max(map(len, page.decode().splitlines())) <= 120


def test_a_report_has_no_label_that_is_not_explained() -> None:
    files = sorted((Path(__file__).parent / "cases").glob("*/*.txt"))
    cases = [read_case(file.read_text("utf-8")).leftovers for file in files]
    labels = {line.split(": ")[1] for leftovers in cases for line in leftovers}
    unknown = {label for label in labels if label not in rule_names() and not label_page(label)}
    assert len(labels) > 15
    assert not unknown


@pytest.mark.parametrize("option", ["--json", "--patch", "--html", "--sarif"])
@pytest.mark.parametrize("name", ["no/such/folder/report", "."], ids=["no folder", "a folder"])
def test_apply_writes_nothing_where_its_report_cannot_be_written(
    option: str, name: str, tree: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    before = photograph(tree)
    code, out, err = run(capfdbinary, tree, "--apply", option, tree / name)
    assert (code, out, err.count(b"\n")) == (2, b"", 1)
    assert b"cannot write" in err
    assert b"nothing was done" in err
    assert photograph(tree) == before


def test_a_reader_that_leaves_is_no_error(tree: Path) -> None:
    command = [sys.executable, "-m", "codemod", str(tree), "--to", "hf"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_ctrl_c_is_one_sentence_and_no_traceback(tree: Path) -> None:
    program = f"""
import runpy, sys, codemod.migrate
def migrate(settings, progress):
    raise KeyboardInterrupt
codemod.migrate.migrate = migrate
sys.argv = ["codemod", {str(tree)!r}]
runpy.run_module("codemod", run_name="__main__")
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.strip().count("\n")) == (130, "", 0)
    assert "no file is half written" in done.stderr


@pytest.mark.parametrize(("settings", "code"), [("[tool.codemod\nto = 'hf'\n", 2), ("[tool.other\n", 0)])
def test_settings_that_cannot_be_read_are_not_passed_over(
    settings: str, code: int, tree: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    (tree / "pyproject.toml").write_text(settings, "utf-8")
    found, _, err = run(capfdbinary, tree)
    assert found == code
    assert (b"cannot be read" in err) == bool(code)


def test_a_wrong_option_is_answered_in_one_line(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    code, out, err = run(capfdbinary, "--frobnicate")
    assert (code, out) == (2, b"")
    assert err == b"codemod: unrecognized arguments: --frobnicate; --help lists the options\n"


def test_a_folder_without_programs_is_doubted(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    code, out, _ = run(capfdbinary, tmp_path)
    assert code == 0
    assert b"is it the right folder?" in out


def test_where_nothing_can_be_rewritten_it_says_so(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    _, out, _ = run(capfdbinary, grow(tmp_path, {"left.py": LEFT}), "--to", "hf")
    assert b"Nothing to rewrite in" in out


def test_one_line_names_a_path_that_is_not_there(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    code, out, err = run(capfdbinary, tmp_path / "gone")
    assert (code, out, err.count(b"\n")) == (2, b"", 1)
    assert str(tmp_path / "gone").encode() in err


def test_a_bug_of_ours_is_2_one_sentence_and_no_traceback(
    tree: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("codemod.migrate.migrate", lambda settings, progress: 1 / 0)
    before = photograph(tree)
    code, out, err = run(capfdbinary, tree, "--apply")
    assert (code, out) == (2, b"")
    assert b"ZeroDivisionError" in err
    assert b"Traceback" not in err
    assert photograph(tree) == before


def test_a_dirty_tree_is_refused_unless_it_is_allowed(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], fast_disk: None
) -> None:
    commit(tmp_path, {"units.py": UNITS})
    (tmp_path / "units.py").write_bytes(UNITS + b"# mine\r\n")
    before = photograph(tmp_path, (".git",))
    code, _, err = run(capfdbinary, tmp_path, "--apply", "--to", "hf")
    assert code == 2
    assert b"units.py" in err
    assert photograph(tmp_path, (".git",)) == before
    assert run(capfdbinary, tmp_path, "--apply", "--to", "hf", "--allow-dirty")[0] == 0
    assert (tmp_path / "units.py").read_bytes().endswith(b"# mine\r\n")
    assert (tmp_path / "units.py").read_bytes() != UNITS + b"# mine\r\n"


# reports


def test_the_json_report_keeps_the_contract(tree: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    found = report(capfdbinary, tree, "--to", "hf")
    assert {key: found[key] for key in ("version", "tool", "to", "applied")} == {
        "version": 1, "tool": __version__, "to": "hf", "applied": False,
    }  # fmt: skip
    assert found["root"] == str(tree)
    assert statuses(found) == {"requirements.txt": "partial", "sub/left.py": "left", "units.py": "migrated"}
    summary = found["summary"]
    assert isinstance(summary, dict)
    assert summary["uses_found"] == summary["uses_rewritten"] + summary["uses_stubbed"] + summary["uses_left"] > 0
    left = next(each for each in found["files"] if each["path"] == "sub/left.py")  # type: ignore[attr-defined]
    assert left["edits"] == []
    assert {each["line"] for each in left["leftovers"]} == {1, 3}
    assert all(each["why"] for each in left["leftovers"])


def test_json_on_stdout_leaves_the_rest_to_stderr(tree: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    _, out, err = run(capfdbinary, tree, "--json", "-")
    assert json.loads(out)
    assert b"units.py" in err
    assert run(capfdbinary, tree, "--json", "-", "--quiet")[2] == b""


def test_json_in_a_file_is_the_same(tree: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    run(capfdbinary, tree, "--json", tmp_path / "report.json")
    there = json.loads((tmp_path / "report.json").read_text())
    there["summary"].pop("seconds")
    assert there == report(capfdbinary, tree)


@pytest.mark.parametrize("target", ["hf", "fastesm2", "stub"])
def test_the_patch_through_git_apply_is_what_apply_writes(
    target: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], fast_disk: None
) -> None:
    commit(tmp_path / "one", FILES)
    commit(tmp_path / "two", FILES)
    code, patch, _ = run(capfdbinary, tmp_path / "one", "--patch", "-", "--to", target)
    assert code == 0
    subprocess.run(["git", "apply", "-"], input=patch, cwd=tmp_path / "one", check=True)
    assert run(capfdbinary, tmp_path / "two", "--apply", "--to", target)[0] == 0
    contents = [{name: (tmp_path / side / name).read_bytes() for name in FILES} for side in ("one", "two")]
    assert contents[0] == contents[1] != FILES
    assert contents[0]["other.py"] == OTHER


def test_quiet_says_nothing(tree: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(capfdbinary, tree, "--quiet") == (0, b"", b"")


def test_no_colour_leaves_a_pipe(
    tree: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert b"\x1b" not in run(capfdbinary, tree)[1]
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert b"\x1b[3" in run(capfdbinary, tree)[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert b"\x1b[3" not in run(capfdbinary, tree)[1]


@pytest.mark.parametrize("words", [["--json", "-"], ["--patch", "-"], []], ids=["json", "patch", "text"])
def test_the_number_of_jobs_changes_nothing(
    words: list[str], tree: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    def output(jobs: int) -> bytes:
        out = run(capfdbinary, tree, "--jobs", jobs, *words)[1]
        return b"\n".join(line for line in out.splitlines() if b'"seconds"' not in line and b" s" not in line)

    assert output(1) == output(4) != b""


# settings


def test_only_leaves_groups_that_need_another_rule(tree: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert statuses(report(capfdbinary, tree, "--to", "hf", "--only", "load_model"))["units.py"] == "left"
    both = ["--only", "load_model", "--only", "alphabet"]
    assert statuses(report(capfdbinary, tree, "--to", "hf", *both))["units.py"] == "migrated"


def test_exclude_leaves_files_out(tree: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    found = statuses(report(capfdbinary, tree, "--to", "hf", "--exclude", "sub/*"))
    assert "sub/left.py" not in found
    assert found["units.py"] == "migrated"
    assert "units.py" not in statuses(report(capfdbinary, tree, "--exclude", "units.py", "--exclude", "sub"))


def test_settings_stand_in_pyproject_and_arguments_win(tree: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    grow(tree, {"pyproject.toml": b'[tool.codemod]\nto = "hf"\nexclude = ["sub/*"]\nonly = ["load_model"]\n'})
    found = report(capfdbinary, tree)
    assert found["to"] == "hf"
    assert "sub/left.py" not in statuses(found)
    assert statuses(found)["units.py"] == "left"
    found = report(capfdbinary, tree, "--to", "stub", "--exclude", "units.py")
    assert found["to"] == "stub"
    assert "sub/left.py" in statuses(found)
    assert "units.py" not in statuses(found)


@pytest.mark.parametrize(
    "table",
    [
        b'to = "jax"',
        b"to = 3",
        b'exclude = "sub/*"',
        b"frobnicate = 1",
        b'only = ["frobnicate"]',
        b"exclude = [1]",
    ],
    ids=lambda table: table.decode(),
)
def test_settings_that_cannot_be_meant_are_2(
    table: bytes, tree: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    grow(tree, {"pyproject.toml": b"[tool.codemod]\n" + table + b"\n"})
    code, out, err = run(capfdbinary, tree)
    assert (code, out) == (2, b"")
    assert table.split()[0] in err or b"frobnicate" in err
    assert b"internal error" not in err


def test_another_table_is_nobodys_business(tree: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    grow(tree, {"pyproject.toml": b'[tool.other]\nto = "jax"\n'})
    assert report(capfdbinary, tree)["to"] == "fastesm2"


# documentation


@pytest.mark.parametrize("rule", rule_names())
def test_every_rule_is_listed_and_explained(rule: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    code, listed, _ = run(capfdbinary, "--list")
    assert code == 0
    line = next(line for line in listed.decode().splitlines() if line.split()[0] == rule)
    code, page, _ = run(capfdbinary, "--explain", rule)
    assert code == 0
    assert page.decode().startswith(line.partition(" ")[2].strip())
    assert "Before:" in page.decode()
    assert "After:" in page.decode()


def test_the_list_holds_nothing_else(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    lines = run(capfdbinary, "--list")[1].decode().splitlines()
    assert [line.split()[0] for line in lines] == rule_names()


def test_version(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(capfdbinary, "--version") == (0, f"codemod {__version__}\n".encode(), b"")


# applying and undoing


def test_undo_brings_back_every_byte(tree: Path, capfdbinary: pytest.CaptureFixture[bytes], fast_disk: None) -> None:
    before = photograph(tree)
    assert run(capfdbinary, tree, "--apply", "--to", "hf")[0] == 0
    assert photograph(tree) != before
    assert run(capfdbinary, tree, "--undo")[0] == 0
    assert photograph(tree) == before


def test_undo_of_nothing_is_2(tree: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    code, out, err = run(capfdbinary, tree, "--undo")
    assert (code, out) == (2, b"")
    assert err.count(b"\n") == 1


def test_the_current_folder_is_the_default(
    tree: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree)
    assert report(capfdbinary) == report(capfdbinary, tree)


def test_two_paths_of_one_tree_are_one_run(tree: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    found = report(capfdbinary, tree / "units.py", tree / "sub", "--to", "hf")
    assert {Path(path).name for path in statuses(found)} == {"units.py", "left.py"}


def test_a_module_of_the_target_is_never_imported(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], fast_disk: None
) -> None:
    mark = f"open({str(tmp_path / 'ran')!r}, 'w').close()\n".encode()
    names = ("units.py", "sitecustomize.py", "conftest.py", "esm.py", "torch.py", "libcst.py", "rich.py", "setup.py")
    tree = grow(tmp_path / "tree", {**dict.fromkeys(names, mark), "main.py": mark + b"import units\n" + UNITS})
    program = [sys.executable, "-m", "codemod", str(tree), "--to", "stub", "--apply", "--quiet"]
    done = subprocess.run(program, cwd=Path(__file__).parents[2], capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
    assert not (tmp_path / "ran").exists()
    exec(compile(mark, "units.py", "exec"))  # the mark does what it should
    assert (tmp_path / "ran").exists()


def test_git_sees_only_what_was_planned(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], fast_disk: None
) -> None:
    commit(tmp_path, FILES)
    found = statuses(report(capfdbinary, tmp_path, "--to", "hf"))
    run(capfdbinary, tmp_path, "--apply", "--to", "hf")
    changed = {line[3:] for line in git(tmp_path, "status", "--porcelain").splitlines()}
    assert changed == {path for path, status in found.items() if status != "left"}

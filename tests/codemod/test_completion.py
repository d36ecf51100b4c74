"""Completion in the shell, asked as the shells ask."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from codemod.cli import main
from codemod.completion import PROGRAM, SHELLS
from codemod.explain import rule_names

pytest.importorskip("argcomplete", reason="the extra `completion` is not installed")

ROOT = Path(__file__).parents[2]


def completed(line: str, folder: Path, shell: str = "bash") -> list[str]:
    """What the program offers at the end of a command line."""
    answer = folder / "answer"
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_SHELL": shell,
        "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(answer),
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
    }
    answer.write_text("")
    subprocess.run([sys.executable, "-m", "codemod"], cwd=folder, env=environment, capture_output=True, check=True)
    return [each.split("\t")[0].strip() for each in answer.read_text().splitlines() if each.strip()]


@pytest.mark.parametrize("shell", SHELLS)
def test_options_are_offered(shell: str, tmp_path: Path) -> None:
    offered = {each.split(":")[0].strip() for each in completed(f"{PROGRAM} --re", tmp_path, shell)}
    assert offered == {"--review"}


def test_choices_and_rules_are_offered(tmp_path: Path) -> None:
    assert completed(f"{PROGRAM} --to ", tmp_path) == ["fastesm2", "hf", "stub"]
    assert completed(f"{PROGRAM} --explain ", tmp_path) == rule_names()
    assert completed(f"{PROGRAM} --only load", tmp_path) == ["load_model"]


def test_files_are_offered_where_a_path_is_meant(tmp_path: Path) -> None:
    (tmp_path / "program").mkdir()
    assert completed(f"{PROGRAM} pro", tmp_path) == ["program/"]


@pytest.mark.parametrize("line", ["--nothing-like-it", "--to q", "--explain q", "nowhere"])
def test_nothing_is_offered_where_nothing_fits(line: str, tmp_path: Path) -> None:
    assert completed(f"{PROGRAM} {line}", tmp_path) == []


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_has_a_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--completion", shell]) == 0
    assert PROGRAM in capsys.readouterr().out


def test_another_shell_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--completion", "csh"])
    assert "invalid choice" in capsys.readouterr().err


def test_without_the_extra_it_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "argcomplete", None)
    assert main(["--completion", "bash"]) == 2
    assert "pip install 'fair-esm-codemod[completion]'" in capsys.readouterr().err


def test_an_ordinary_run_does_not_load_it(tmp_path: Path) -> None:
    program = (
        "import sys; from codemod.cli import main; main(['--quiet', sys.argv[1]]); print('argcomplete' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
def test_bash_itself_completes(tmp_path: Path) -> None:
    """The script evaluated by bash, with the function called as the Tab key calls it."""
    console = tmp_path / PROGRAM
    console.write_text(f"#!{sys.executable}\nfrom codemod.__main__ import main\n\nraise SystemExit(main())\n")
    console.chmod(console.stat().st_mode | stat.S_IXUSR)
    line = f"{PROGRAM} --rev"
    asked = (
        f'eval "$({PROGRAM} --completion bash)"; COMP_LINE="{line}"; COMP_POINT={len(line)}; COMP_TYPE=9; '
        f'COMP_WORDS=({line}); COMP_CWORD=1; _python_argcomplete {PROGRAM} --rev {PROGRAM}; echo "[${{COMPREPLY[*]}}]"'
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", asked], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "[--review ]\n"

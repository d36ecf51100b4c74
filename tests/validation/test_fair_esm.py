"""ENV-02: what is fair-esm, what is not, and what codemod still finds."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.validation.conftest import check_named, lab_on
from validation import fair_esm
from validation.check import outcome_of
from validation.records import FAILED, PASSED, CannotAnswer, Outcome

REPORT = {
    "version": 1,
    "files": [
        {"path": "units.py", "edits": [{"line": 7}, {"line": 7}], "leftovers": [{"line": 12}]},
        {"path": "requirements.txt", "edits": [{"line": 1}], "leftovers": []},
    ],
}
CLEAN = {"version": 1, "files": []}


@pytest.fixture
def only_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An interpreter that sees packages of this folder alone."""
    monkeypatch.delitem(sys.modules, "esm", raising=False)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    return tmp_path


def package(folder: Path, **files: str) -> None:
    (folder / "esm").mkdir()
    for name, text in files.items():
        (folder / "esm" / f"{name}.py").write_text(text)


def install(folder: Path, name: str) -> None:
    metadata = folder / f"{name}-2.0.0.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.0.0\n")


def ask(folder: Path, **options: Any) -> Outcome:
    return outcome_of(check_named("ENV-02"), lab_on(folder, folder, **options))


def test_an_environment_without_it_passes(only_here: Path) -> None:
    outcome = ask(only_here)
    assert outcome.status == PASSED
    assert "name a repository" in str(outcome.measured[-1].value)


@pytest.mark.parametrize("name", ["fair-esm", "fair_esm", "Fair.ESM"])
def test_an_installed_distribution_is_found(only_here: Path, name: str) -> None:
    install(only_here, name)
    outcome = ask(only_here)
    assert outcome.status == FAILED
    assert "pip uninstall fair-esm" in outcome.why


def test_an_import_that_still_works_is_found(only_here: Path) -> None:
    package(only_here, __init__="", pretrained="def load_model_and_alphabet(n): 1", data="class FastaBatchedDataset: 1")
    outcome = ask(only_here)
    assert outcome.status == FAILED
    assert "a copy lies on sys.path" in outcome.why


def test_evolutionaryscale_is_left_alone(only_here: Path) -> None:
    install(only_here, "esm")
    package(only_here, __init__="", pretrained="def ESM3_sm_open_v0(device): ...", data="")
    outcome = ask(only_here)
    assert outcome.status == PASSED
    assert "another package called esm" in fair_esm.what_esm_is()


def test_a_folder_called_esm_is_left_alone(only_here: Path) -> None:
    package(only_here)
    assert ask(only_here).status == PASSED
    assert fair_esm.what_esm_is().startswith("a folder called esm")


def test_nothing_called_esm_is_nothing(only_here: Path) -> None:
    assert fair_esm.what_esm_is() == "nothing"


def codemod_says(monkeypatch: pytest.MonkeyPatch, stdout: str, stderr: str = "") -> list[list[str]]:
    calls: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        calls.append(command)
        return subprocess.CompletedProcess(command, 0, stdout, stderr)

    monkeypatch.setattr(subprocess, "run", run)
    return calls


def test_uses_left_in_the_repository_fail(only_here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = codemod_says(monkeypatch, json.dumps(REPORT))
    outcome = ask(only_here, repository=only_here)
    assert calls[0][1:] == ["-m", "codemod", str(only_here), "--to", "hf", "--json", "-"]
    assert outcome.status == FAILED
    assert "units.py:7, units.py:12, requirements.txt:1" in outcome.why


def test_a_repository_without_uses_passes(only_here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    codemod_says(monkeypatch, json.dumps(CLEAN))
    assert ask(only_here, repository=only_here).status == PASSED


def test_a_scan_that_breaks_is_no_answer(only_here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    codemod_says(monkeypatch, "", "Traceback\nboom")
    with pytest.raises(CannotAnswer, match="boom"):
        fair_esm.scan(only_here)


@pytest.mark.skipif(importlib.util.find_spec("codemod.__main__") is None, reason="codemod's command line is not there")
def test_codemod_itself_finds_a_use(tmp_path: Path) -> None:
    (tmp_path / "units.py").write_text("import esm\nmodel, alphabet = esm.pretrained.esm2_t33_650M_UR50D()\n")
    assert "units.py:1" in fair_esm.places(fair_esm.scan(tmp_path))


@pytest.mark.skipif(importlib.util.find_spec("codemod.__main__") is None, reason="codemod's command line is not there")
def test_codemod_itself_leaves_other_code_alone(tmp_path: Path) -> None:
    (tmp_path / "units.py").write_text("from transformers import EsmModel\n")
    assert fair_esm.places(fair_esm.scan(tmp_path)) == ()

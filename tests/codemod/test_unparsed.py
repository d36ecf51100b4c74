"""Programs and cells that this Python cannot parse hold back what they may depend on, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codemod.migrate import Settings, migrate
from codemod.records import Migration
from tests.codemod.trees import grow

LOADER = "import esm\n\n\ndef load():\n    return esm.pretrained.esm2_t6_8M_UR50D()\n\n\nmodel, alphabet = load()\n"
UNPARSED = "print 'Python 2 only'\n"


def migrated(folder: Path, files: dict[str, str], to: str = "hf") -> Migration:
    return migrate(Settings((grow(folder, {path: text.encode() for path, text in files.items()}),), to))


def notebook(*cells: str) -> str:
    made = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": cell} for cell in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.mark.parametrize(
    "statement",
    ["from emb import load", "import emb", "import os, emb as e", "from emb import (\n    load,\n)", "    import emb"],
)
def test_an_importer_that_does_not_parse_holds_its_module_back(tmp_path: Path, statement: str) -> None:
    found = migrated(tmp_path, {"emb.py": LOADER, "main.py": f"if 1:\n  pass\n{statement}\n{UNPARSED}"})
    assert not found.changed
    whys = {(each.path, each.line): each.why for each in found.leftovers}
    assert "main.py" in whys["emb.py", 5]
    assert any(path == "main.py" and "it imports emb.py, which uses fair-esm" in why for (path, _), why in whys.items())


def test_what_such_a_program_does_not_import_migrates(tmp_path: Path) -> None:
    files = {"emb.py": LOADER, "names.py": "width = 1\n", "old/main.py": f"from names import width\n{UNPARSED}"}
    found = migrated(tmp_path, files)
    assert [plan.path for plan in found.files if plan.changed] == ["emb.py"]
    assert not found.leftovers


def test_a_module_behind_the_imported_one_is_held_back_too(tmp_path: Path) -> None:
    files = {"emb.py": LOADER, "units.py": "from emb import *\n", "main.py": f"from units import load\n{UNPARSED}"}
    assert not migrated(tmp_path, files).changed


def test_a_stub_needs_no_caller_that_parses(tmp_path: Path) -> None:
    found = migrated(tmp_path, {"emb.py": LOADER, "main.py": f"from emb import load\n{UNPARSED}"}, "stub")
    assert [plan.path for plan in found.files if plan.changed] == ["emb.py"]


@pytest.mark.parametrize("cell", ["print model.eval()", "esm please", "x = = alphabet"])
def test_a_cell_that_reads_the_model_and_does_not_parse_holds_the_notebook_back(tmp_path: Path, cell: str) -> None:
    found = migrated(tmp_path, {"a.ipynb": notebook(LOADER, cell), "b.ipynb": notebook(LOADER)})
    assert [plan.path for plan in found.files if plan.changed] == ["b.ipynb"]
    assert any(each.rule == "unreadable" for each in found.leftovers)


def test_a_cell_of_prose_holds_nothing_back(tmp_path: Path) -> None:
    found = migrated(tmp_path, {"a.ipynb": notebook(LOADER, "Here we look at the results.")})
    assert [plan.path for plan in found.files if plan.changed] == ["a.ipynb"]


def test_a_cell_beside_no_use_is_nobodys_business(tmp_path: Path) -> None:
    found = migrated(tmp_path, {"a.ipynb": notebook(LOADER), "b.ipynb": notebook("x = 1", "esm results: see below")})
    assert [plan.path for plan in found.files] == ["a.ipynb"]

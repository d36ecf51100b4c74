"""The second opinion of the corpus runner: what reaches fair-esm, and what only looks so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.equivalence.reaches import api_words, reaches
from tests.equivalence.static import problems_after

REACHES = {
    "a.py": "import esm as e\n",
    "b.py": "def f():\n    from esm.pretrained import *\n",
    "c.py": "x = torch.hub.load('facebookresearch/esm:main', name)\n",
    "d.py": "import importlib\nm = importlib.import_module('esm')\n",
    "e.py": "out = whatever(toks, repr_layers=[33])\n",
    "f.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": ["%matplotlib inline\n", "import esm"]}]}),
    "requirements-dev.txt": "fair-esm==2.0.0\n",
    "run.sh": "esm-extract esm2_t33_650M_UR50D a.fasta out\n",
    "README.md": "    pip install fair-esm\n",
}
DOES_NOT = {
    "a.py": "from esm.models.esmc import ESMC\n",
    "b.py": "# import esm\ntext = 'import esm'\n",
    "c.py": "esm = 'esm2'\nprint(esm)\n",
    "d.py": "from .esm import Model\n",
    "e.py": "def broken(:\n",
    "requirements.txt": "fair-esm-tools\n",
    "README.md": "See [fair-esm](https://github.com/facebookresearch/esm) for credits.\n",
    "data.csv": "fair-esm\n",
}


@pytest.mark.parametrize("name", REACHES)
def test_reaches_fair_esm(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(REACHES[name])
    assert reaches(tmp_path, name)


@pytest.mark.parametrize("name", DOES_NOT)
def test_only_looks_like_fair_esm(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(DOES_NOT[name])
    assert reaches(tmp_path, name) == []


def test_a_local_module_called_esm_is_not_fair_esm(tmp_path: Path) -> None:
    (tmp_path / "esm.py").write_text("")
    (tmp_path / "main.py").write_text("import esm\n")
    assert reaches(tmp_path, "main.py") == []


def test_words_that_a_tokenizer_does_not_have_are_pointed_at(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("a = thing.alphabet.all_toks\nthing.tokenizer.all_tokens\n")
    assert api_words(tmp_path, "main.py") == ["1: .all_toks"]


def test_a_new_undefined_name_and_a_new_syntax_error_are_problems(tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    for folder, texts in ((before, ("import re\nre\nold\n", "x = 1\n")), (after, ("re\nold\n", "x = \n"))):
        folder.mkdir()
        for name, text in zip(("a.py", "b.py"), texts):
            (folder / name).write_text(text)
    found = problems_after(before, after)
    assert found[0] == "a.py: undefined name 're'"
    assert found[1].startswith("does not compile: b.py")
    assert len(found) == 2

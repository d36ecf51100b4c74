"""In which cell of a notebook the migration puts what it adds, and what it leaves of a cell."""

from __future__ import annotations

import json
from pathlib import Path

from codemod.migrate import Settings, migrate
from tests.codemod.trees import grow

INSTALL, LOOK = "!pip install fair-esm", "import numpy as np\n\nnp.arange(3)"
EMBED = 'def embed(data):\n    return model(converter(data)[2])["logits"]'
LOAD = "import esm\nmodel, alphabet = esm.pretrained.esm2_t6_8M_UR50D()\nconverter = alphabet.get_batch_converter()"
HUB = 'model, alphabet = torch.hub.load("facebookresearch/esm:main", "esm2_t6_8M_UR50D")'
CONVERT = "converter = alphabet.get_batch_converter()"
CALL = 'embed([("a", "MKT")])'


def after(root: Path, *cells: str) -> list[str]:
    """The cells after the migration of a notebook, written or not."""
    made = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": each} for each in cells]
    text = json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    found = migrate(Settings((grow(root, {"n.ipynb": text.encode()}),), "hf")).changed
    return [each["source"] for each in json.loads(found[0].after or "")["cells"]] if found else list(cells)


def test_what_is_added_stands_in_the_cell_that_imported_fair_esm(tmp_path: Path) -> None:
    _, look, embed, load, call = after(tmp_path, INSTALL, LOOK, EMBED, LOAD, CALL)
    assert (look, call) == (LOOK, CALL)
    assert "import" not in embed
    assert load.startswith("from functools import partial\nimport transformers\nfrom transformers import AutoTokenizer")
    assert load.index("\n\n\ndef tokenize_batch(") < load.index("\n\n\nmodel = EsmForMaskedLM")


def test_without_an_import_it_stands_in_the_first_cell_that_needs_it(tmp_path: Path) -> None:
    look, torch, load, convert = after(tmp_path, LOOK, "import torch", f"%%time\n{HUB}", CONVERT)
    assert (look, torch) == (LOOK, "import torch")
    assert load.startswith("%%time\nfrom functools import partial\nimport transformers\nfrom transformers import")
    assert "def tokenize_batch(" in load
    assert convert == "converter = partial(tokenize_batch, alphabet)"


def test_a_function_that_is_called_before_the_import_gets_it_above(tmp_path: Path) -> None:
    embed = 'def embed(tokens, model=None):\n    return model and model(tokens)["logits"]'
    cells = after(tmp_path, embed, "embed(0)", LOAD, 'embed(converter([("a", "M")])[2], model)')
    assert "def padding_mask(" in cells[0]
    assert "def padding_mask(" not in cells[2]


def test_an_install_that_nothing_here_needs_stays(tmp_path: Path) -> None:
    assert after(tmp_path, INSTALL, LOOK) == [INSTALL, LOOK]


def test_an_install_stays_where_its_user_stays(tmp_path: Path) -> None:
    msa = "import esm\nmodel, alphabet = esm.pretrained.esm_msa1b_t12_100M_UR50S()"
    assert after(tmp_path, INSTALL, msa) == [INSTALL, msa]

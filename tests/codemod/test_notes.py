"""What is said of a migration: programs that keep the old model, state dicts, clones that were loaded from."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemod.migrate import Settings, migrate
from tests.codemod.trees import grow

LOAD = "import esm\n\nmodel, alphabet = esm.pretrained.esm2_t33_650M_UR50D()\n"


def said(root: Path, to: str = "fastesm2", **files: str) -> str:
    grow(root, {f"{name}.py": text.encode() for name, text in files.items()})
    return "\n".join(migrate(Settings((root,), to)).notes)


def test_files_that_keep_the_old_model_are_named(tmp_path: Path) -> None:
    assert "still loaded in serve.py: do not mix" in said(tmp_path, train=LOAD, serve=LOAD + "model.half()\n")


def test_nothing_is_said_where_every_load_is_migrated(tmp_path: Path) -> None:
    assert "still loaded" not in said(tmp_path, train=LOAD, serve=LOAD)


SAVES = "import torch\n" + LOAD + 'torch.save(model.state_dict(), "tuned.pt")\n'


def test_names_in_saved_state_dicts_are_spoken_of(tmp_path: Path) -> None:
    assert "state dicts saved from now on have transformers' names" in said(tmp_path, "hf", train=SAVES)


@pytest.mark.parametrize("program", [LOAD, SAVES + "model.half()\n", LOAD + "print(model.state_dict().keys())\n"])
def test_names_are_not_spoken_of_where_none_are_saved(program: str, tmp_path: Path) -> None:
    assert "state dicts" not in said(tmp_path, "hf", train=program)


CLONE = """import sys
import torch

if len(sys.argv) > 1:
    model, alphabet = torch.hub.load(sys.argv[1], "esm2_t6_8M_UR50D", source="local")
else:
    model, alphabet = torch.hub.load("facebookresearch/esm:main", "esm2_t6_8M_UR50D")
"""


def test_a_clone_that_was_loaded_from_is_named(tmp_path: Path) -> None:
    assert "load.py, line 5, loaded from a local clone" in said(tmp_path, "hf", load=CLONE)


def test_no_clone_is_named_where_the_repository_was_fetched(tmp_path: Path) -> None:
    fetched = 'import torch\n\nmodel, _ = torch.hub.load("facebookresearch/esm:main", "esm2_t6_8M_UR50D")\n'
    assert "clone" not in said(tmp_path, "hf", load=fetched)

"""What is said of a migration to FastESM2_650 that leaves some programs with the old model."""

from __future__ import annotations

from pathlib import Path

from codemod.migrate import Settings, migrate
from tests.codemod.trees import grow

LOAD = "import esm\n\nmodel, alphabet = esm.pretrained.esm2_t33_650M_UR50D()\n"


def said(root: Path, **files: str) -> str:
    grow(root, {f"{name}.py": text.encode() for name, text in files.items()})
    return "\n".join(migrate(Settings((root,), "fastesm2")).notes)


def test_files_that_keep_the_old_model_are_named(tmp_path: Path) -> None:
    assert "still loaded in serve.py: do not mix" in said(tmp_path, train=LOAD, serve=LOAD + "model.half()\n")


def test_nothing_is_said_where_every_load_is_migrated(tmp_path: Path) -> None:
    assert "still loaded" not in said(tmp_path, train=LOAD, serve=LOAD)

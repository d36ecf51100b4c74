"""What the report says of local weights: commands that can be pasted, and no command where nothing is converted."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemod.migrate import Settings, migrate
from tests.codemod.trees import grow

CONVERT = "python -m codemod convert "


def said(root: Path, argument: str) -> list[str]:
    """The notes on weights of a program that loads this."""
    load = f"esm.pretrained.load_model_and_alphabet({argument})"
    program = f"import os, sys\nimport esm\nroot = sys.argv[1]\nmodel, alphabet = {load}\n"
    notes = migrate(Settings((grow(root, {"a.py": program.encode()}),), "hf")).notes
    return [note for note in notes if CONVERT in note]


def test_a_path_is_quoted_for_the_shell(tmp_path: Path) -> None:
    (note,) = said(tmp_path, '"my weights/esm2.pt"')
    assert note.endswith(f"write it once: {CONVERT}'my weights/esm2.pt' 'my weights/esm2'")


@pytest.mark.parametrize("argument", ['f"{root}/esm2.pt"', 'os.path.join(root, "esm2.pt")'])
def test_a_path_that_begins_with_a_variable_is_not_shown_as_if_it_were_whole(tmp_path: Path, argument: str) -> None:
    (note,) = said(tmp_path, argument)
    assert " begins with what root holds and " in note
    assert note.endswith(f"with the whole path: {CONVERT}.../esm2.pt .../esm2")


@pytest.mark.parametrize("argument", ['"/root/.cache/torch/hub/checkpoints/esm2_t6_8M_UR50D.pt"', '"esm2_t6_8M_UR50D"'])
def test_what_is_read_from_the_hub_needs_no_folder(tmp_path: Path, argument: str) -> None:
    assert said(tmp_path, argument) == []

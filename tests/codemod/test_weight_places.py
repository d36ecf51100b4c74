"""Where fair-esm's weights are fetched and kept: which lines say so, and which only seem to."""

from __future__ import annotations

import pytest

from codemod.checkpoints.weight_places import WORDS, downloads, folders

URL = "https://dl.fbaipublicfiles.com/fair-esm/models/esm2_t6_8M_UR50D.pt"


def test_lines_count_as_editors_count_them() -> None:
    (found,) = downloads("get.sh", f"a\fb\r\nwget {URL}\rcurl {URL}\n")
    assert (found.line, found.why[-13:]) == (2, "(also line 3)")


def test_a_folder_is_said_once() -> None:
    (said,) = folders("a.py", 'import os\nos.environ["TORCH_HOME"] = x\ntorch.hub.set_dir(x)\n')
    assert "a.py, line 2," in said


@pytest.mark.parametrize("text", [f"# wget {URL}", "https://dl.fbaipublicfiles.com/other/a.pt", "TORCH_HOMES = 1"])
def test_what_fetches_and_keeps_nothing_is_left_alone(text: str) -> None:
    assert not [*downloads("a.py", text), *folders("a.py", text)]


@pytest.mark.parametrize("text", [URL, "TORCH_HOME=/x", "torch.hub.set_dir(x)"])
def test_a_file_that_says_something_is_looked_at(text: str) -> None:
    assert any(word in text.encode() for word in WORDS)

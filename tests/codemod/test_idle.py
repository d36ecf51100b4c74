"""What nothing calls is told from what somebody outside the files that are looked at may call."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemod.migrate import Settings, migrate
from tests.codemod.trees import grow

TREE = {
    "sub/main.py": b"import esm\n\nmodel, alphabet = esm.pretrained.esm2_t6_8M_UR50D()\nprint(model.num_layers)\n",
    "sub/old.py": b"import main\n\n\ndef embed_old(net, tokens):\n    return net(tokens, repr_layers=[33])\n",
}
CALLS = {"sub/run.R": b"old$embed_old(net)\n"}


def labels(settings: Settings) -> set[str]:
    return {each.rule for each in migrate(settings).leftovers}


def test_what_nothing_calls_holds_nothing_back(tmp_path: Path) -> None:
    assert labels(Settings((grow(tmp_path, TREE),), "hf")) == {"idle"}


@pytest.mark.parametrize("more", [
    CALLS, {"pyproject.toml": b'[project]\nname = "embed"\n'}, {"setup.cfg": b"[metadata]\n"}, {"__init__.py": b""},
    {"a.ipynb": b'{"cells": [{"cell_type": "code", "source": ["embed_old(1, 2)"]}]}'},
    {"plugins.py": b"import importlib\nimportlib.import_module(name).run()\n"},
    {"broken.py": b"print embed_old\n"},
])  # fmt: skip
def test_any_doubt_holds_back(tmp_path: Path, more: dict[str, bytes]) -> None:
    assert "word" in labels(Settings((grow(tmp_path, {**TREE, **more}),), "hf"))


def test_a_part_of_a_project_may_be_called_by_the_rest(tmp_path: Path) -> None:
    root = grow(tmp_path / "project", TREE)
    assert "word" in labels(Settings((root,), "hf", exclude=("sub/run.R",)))
    assert "word" in labels(Settings((root / "sub/main.py", root / "sub/old.py"), "hf"))
    grow(root / ".git", {"HEAD": b"ref: refs/heads/main\n"})
    assert "word" in labels(Settings((root / "sub",), "hf"))


def test_a_tool_configuration_makes_no_package(tmp_path: Path) -> None:
    assert labels(Settings((grow(tmp_path, {**TREE, "pyproject.toml": b"[tool.ruff]\n"}),), "hf")) == {"idle"}

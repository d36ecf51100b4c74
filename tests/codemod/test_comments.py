"""No comment of a user's vanishes from a rewritten program, a notebook's cell or a file with other line ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codemod.migrate import Settings, migrate
from tests.codemod.fuzz.properties import comments
from tests.codemod.trees import grow

SOURCE = """import esm  # the language model


def embed(tokens):
    model, alphabet = esm.pretrained.load_model_and_alphabet(
        # six layers
        "esm2_t6_8M_UR50D",  # ä small one
    )
    layers = [6]  # the last
    out = model(
        tokens,  # (B, T)
        repr_layers=layers,  # one
        # no maps
        return_contacts=False,
    )
    return out["representations"][6  # again
    ]
"""


def migrated(root: Path, data: bytes, name: str = "a.py", to: str = "hf") -> str:
    migration = migrate(Settings((grow(root, {name: data}),), to))
    (plan,) = migration.changed
    assert not plan.leftovers
    return plan.result


def words(text: str) -> list[str]:
    return sorted(comment for _, _, comment in comments(text))


@pytest.mark.parametrize("to", ["hf", "fastesm2"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_every_comment_stays_with_any_line_end(end: str, to: str, tmp_path: Path) -> None:
    result = migrated(tmp_path, SOURCE.replace("\n", end).encode(), to=to)
    assert words(result) == words(SOURCE)
    assert set(result.replace("\r\n", "\n").splitlines(True)[0][-1:]) <= set(end[-1] + "\n")
    compile(result, "a.py", "exec")


def test_behind_a_mark_and_in_other_encodings(tmp_path: Path) -> None:
    assert words(migrated(tmp_path / "1", b"\xef\xbb\xbf" + SOURCE.encode())) == words(SOURCE)
    latin = f"# coding: latin-1\n{SOURCE}"
    assert words(migrated(tmp_path / "2", latin.encode("latin-1"))) == words(latin)


def test_in_a_notebook(tmp_path: Path) -> None:
    cells = [{"cell_type": "code", "source": text.splitlines(True)} for text in ("%time 1\n", SOURCE)]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    assert words(migrated(tmp_path, json.dumps(notebook).encode(), "n.ipynb").replace("%", "")) == words(SOURCE)


def test_directives_go_with_what_they_were_said_of(tmp_path: Path) -> None:
    load = "m, a = pretrained.esm2_t6_8M_UR50D(  # type: ignore\n)\n"
    source = f"import os\nimport esm  # noqa: F401\nfrom esm import pretrained\n\n{load}"
    assert words(migrated(tmp_path, source.encode())) == ["# noqa: F401"]


def test_a_hash_in_a_string_is_no_comment(tmp_path: Path) -> None:
    source = 'import esm\n\nm, a = esm.pretrained.load_model_and_alphabet("esm2_t6_8M_UR50D" + "#"[1:])\n'
    grow(tmp_path, {"a.py": source.encode()})
    assert not [plan for plan in migrate(Settings((tmp_path,), "hf")).changed if "# " in plan.result]


def test_a_stub_takes_away_what_was_said_of_its_body(tmp_path: Path) -> None:
    result = migrated(tmp_path, SOURCE.encode(), to="stub")
    assert words(result) == ["# fair-esm was removed, was: import esm  # the language model"]

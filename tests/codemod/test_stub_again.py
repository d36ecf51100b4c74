"""A tree that was stubbed is done: no later run lists the words that stand behind the stubs."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemod.migrate import Settings, migrate
from codemod.records import Migration
from tests.codemod.trees import grow

LOAD = b"import esm\n\nmodel, alphabet = esm.pretrained.esm2_t6_8M_UR50D()\n"
WORDS = b"labels, strs, toks = alphabet.get_batch_converter()(data)\nout = model(toks, repr_layers=[6])\n"
READ = b"""from loading import model, alphabet


def embed(data):
    convert = alphabet.get_batch_converter()
    return model(convert(data)[2], repr_layers=[6])["representations"][6]
"""
IN_FUNCTIONS = b"""import esm


def load():
    return esm.pretrained.esm2_t6_8M_UR50D()


def embed(data):
    model, alphabet = load()
    return model(alphabet.get_batch_converter()(data)[2], repr_layers=[6])
"""
HANDED = b"def convert(alphabet, data):\n    return alphabet.get_batch_converter()(data)\n"


def stubbed(root: Path, files: dict[str, bytes], to: str = "stub") -> Migration:
    """What a second run says of a tree that a first one has stubbed whole."""
    first = migrate(Settings((grow(root, files),), "stub"))
    assert first.tally.uses_stubbed > 0 == first.tally.uses_left
    for plan in first.changed:
        (root / plan.path).write_bytes((plan.after or "").encode(plan.codec))
    return migrate(Settings((root,), to))


@pytest.mark.parametrize("to", ["stub", "hf", "fastesm2"])
@pytest.mark.parametrize(
    "files",
    [
        {"a.py": LOAD + WORDS},
        {"loading.py": LOAD, "reading.py": READ},
        {"a.py": IN_FUNCTIONS},
        {"helper.py": HANDED, "a.py": b"from helper import convert\n" + LOAD + b"convert(alphabet, [])\n"},
        {"a.py": LOAD + b"\n\n" + HANDED},
    ],
    ids=["one file", "two files", "functions", "handed over", "nobody calls"],
)
def test_a_second_run_finds_nothing(files: dict[str, bytes], to: str, tmp_path: Path) -> None:
    again = stubbed(tmp_path, files, to)
    assert again.leftovers == ()
    assert not again.changed
    assert again.tally.uses_found == 0


def test_words_elsewhere_are_still_listed(tmp_path: Path) -> None:
    again = stubbed(tmp_path / "tree", {"a.py": LOAD, "sub/other.py": b"x = 1\n"})
    assert again.leftovers == ()
    (tmp_path / "tree/sub/other.py").write_bytes(HANDED)
    third = migrate(Settings((tmp_path / "tree",), "stub"))
    assert [(each.path, each.rule) for each in third.leftovers] == [("sub/other.py", "word")]


def test_fair_esm_that_comes_back_is_found_with_its_words(tmp_path: Path) -> None:
    stubbed(tmp_path, {"a.py": IN_FUNCTIONS})
    program = (tmp_path / "a.py").read_bytes()
    (tmp_path / "a.py").write_bytes(program + b"\n\n" + IN_FUNCTIONS.replace(b"load", b"load_again") + HANDED)
    third = migrate(Settings((tmp_path,), "hf"))
    assert {each.rule for each in third.leftovers} >= {"word", "load_model"}

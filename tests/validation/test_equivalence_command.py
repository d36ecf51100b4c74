"""The command from end to end: fair-esm, codemod and transformers, and a wrong migration that is caught."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("esm.pretrained", reason="needs fair-esm", exc_type=ImportError)
pytest.importorskip("transformers")

from codemod import library
from validation.cli import main
from validation.equivalence import names, proof
from validation.equivalence.migrating import Migrated, migrate
from validation.equivalence.twins import size_of
from validation.equivalence.weights import CHECKPOINTS

PROGRAM = """\
import sys
import torch
import esm

model, alphabet = esm.pretrained.esm2_t6_8M_UR50D()
model.eval()
labels, strings, tokens = alphabet.get_batch_converter()([("b", "MKTVRQ"), ("a", "KAISQ")])
with torch.no_grad():
    states = model(tokens, repr_layers=[6])["representations"][6]
torch.save({"labels": labels, "states": states}, sys.argv[1])
print(f"mean {states.mean():.6f}")
"""
LAYER = (".last_hidden_state", ".hidden_states[5]")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    (tmp_path / "repository").mkdir()
    (tmp_path / "repository" / "embed.py").write_text(PROGRAM)
    return tmp_path / "repository"


def ask(repository: Path, *words: str) -> int:
    return main(["equivalence", str(repository), "--run", "python embed.py out.pt", *words])


def test_a_migrated_program_is_the_same(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(repository, "--json", "-") == 0
    out, said = capsys.readouterr()
    report = json.loads(out)
    assert report["same"] is True
    assert report["checkpoints"] == {"esm2_t6_8M_UR50D": 64}
    assert [each["name"] for each in report["artefacts"]] == ["out.pt", "standard output"]
    assert report["artefacts"][0]["floats"] == 2 * 8 * 64
    assert report["artefacts"][0]["largest"] < 1e-4
    assert said.index("because you asked for it") < said.index("Weights: random")
    assert "Bound: 0.0001" in said
    assert (repository / "embed.py").read_text() == PROGRAM
    assert [path.name for path in repository.iterdir()] == ["embed.py"]
    assert list(Path(tempfile.gettempdir()).iterdir()) == []


def test_a_wrong_layer_is_caught_with_its_size(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def migrate_wrongly(copy: Path, report: Path, to: str) -> Migrated:
        found = migrate(copy, report, to)
        text = (copy / "embed.py").read_text()
        for old, new in (("model(tokens, ", "model(tokens, output_hidden_states=True, "), LAYER):
            assert text.count(old) == 1
            text = text.replace(old, new)
        (copy / "embed.py").write_text(text)
        return found

    monkeypatch.setattr(proof.prove, "__defaults__", (migrate_wrongly,))
    assert ask(repository, "--json", str(repository.parent / "report.json")) == 1
    report = json.loads((repository.parent / "report.json").read_text())
    assert [each["where"] for each in report["differences"]] == ["out.pt['states']", "standard output, line 1"]
    assert report["differences"][0]["off"] > 0.1
    said = capsys.readouterr().out
    assert "2 places differ" in said
    assert f"{report['differences'][0]['off']:.3g}" in said


def test_what_codemod_leaves_wholly_is_no_answer(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "embed.py").write_text("import esm\nmodel, alphabet = esm.pretrained.esm_msa1b_t12_100M_UR50S()\n")
    assert ask(repository) == 2
    said = capsys.readouterr().err
    assert "codemod left everything" in said
    assert "MSA Transformer" in said


BAD = {
    "no command": ["REPOSITORY"],
    "an empty command": ["REPOSITORY", "--run", " "],
    "no repository": ["REPOSITORY/nowhere", "--run", "true"],
    "an odd width": ["REPOSITORY", "--run", "true", "--width", "33"],
    "a target with other weights": ["REPOSITORY", "--run", "true", "--to", "fastesm2"],
}


@pytest.mark.parametrize("case", BAD)
def test_bad_arguments_are_refused(repository: Path, case: str) -> None:
    with pytest.raises(SystemExit) as raised:
        main(["equivalence", *(word.replace("REPOSITORY", str(repository)) for word in BAD[case])])
    assert raised.value.code == 2


def test_an_interpreter_that_is_none_is_refused(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(repository, "--before-python", str(repository / "embed.py")) == 2
    assert "does not run as a Python interpreter" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script")
def test_an_interpreter_without_fair_esm_is_refused(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bare = repository.parent / "python"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    bare.chmod(0o700)
    assert ask(repository, "--before-python", str(bare)) == 2
    assert "has no fair-esm" in capsys.readouterr().err


def test_every_published_checkpoint_has_a_twin_of_its_form() -> None:
    published = {each.name: (each.layers, each.width) for each in library.CHECKPOINTS.values()}
    alias = "esm1v_t33_650M_UR90S"
    assert {name: (each.layers, each.width) for name, each in CHECKPOINTS.items()} == {
        name: form for name, form in published.items() if name != alias
    }
    assert names.in_text(f"esm.pretrained.{alias}()") == {f"{alias}_1"}
    assert names.in_text(f"{alias}_2") == {f"{alias}_2"}


@pytest.mark.parametrize("width", [2, 6, 64, 320, 1280, None])
def test_heads_split_every_width_evenly(width: int | None) -> None:
    for name in CHECKPOINTS:
        size = size_of(name, width)
        assert size.width % (2 * size.heads) == 0
        assert size.width == (width or CHECKPOINTS[name].width)

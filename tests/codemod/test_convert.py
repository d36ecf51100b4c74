"""The converted folder is the same model: tensors, hidden states, logits and contacts against fair-esm's own."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
pytest.importorskip("esm.pretrained", reason="needs fair-esm", exc_type=ImportError)

from safetensors.torch import load_file  # noqa: E402

from tests.codemod.convert_sample import (  # noqa: E402
    ESM1B,
    ESM1V,
    ESM2,
    NAMES,
    SEQUENCES,
    contents,
    download,
    loaded_by_fair_esm,
    run,
    saved,
)
from validation.equivalence.twins import Twins  # noqa: E402
from validation.equivalence.weights import CHECKPOINTS, MASK, VOCABULARY  # noqa: E402

BOUND = 1e-5  # ten times below what the conversion itself allows


@pytest.fixture(scope="module", params=NAMES)
def converted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, Path]:
    """Name, checkpoint and folder."""
    root = tmp_path_factory.mktemp("twins")
    checkpoint = download(root, request.param)
    assert run(checkpoint, root / "out") == 0
    return request.param, checkpoint, root / "out"


def test_the_model_is_fair_esms_with_padding_and_mask(converted: tuple[str, Path, Path]) -> None:
    name, checkpoint, out = converted
    _same_numbers(checkpoint, name, out, contacts=CHECKPOINTS[name].contacts)


def test_nothing_is_missing_when_transformers_loads_it(converted: tuple[str, Path, Path]) -> None:
    name, _, out = converted
    _, language = transformers.EsmForMaskedLM.from_pretrained(str(out), output_loading_info=True)
    _, encoder = transformers.EsmModel.from_pretrained(str(out), add_pooling_layer=False, output_loading_info=True)
    contacts = {"contact_head.regression.weight", "contact_head.regression.bias"}
    absent = set() if CHECKPOINTS[name].contacts else contacts
    assert set(encoder["missing_keys"]) == absent
    assert set(language["missing_keys"]) == {f"esm.{key}" for key in absent}
    assert not language["unexpected_keys"]
    assert not language["mismatched_keys"]


def test_the_tensors_are_those_of_the_hub_twin(converted: tuple[str, Path, Path]) -> None:
    name, checkpoint, out = converted
    folder = Twins(checkpoint.parents[3]).snapshot(name)
    if (folder / "model.safetensors").exists():
        hub = load_file(folder / "model.safetensors")
    else:
        hub = torch.load(folder / "pytorch_model.bin", weights_only=True)
    ours = load_file(out / "model.safetensors")
    assert ours.keys() == hub.keys()
    unread = "esm.embeddings.position_embeddings.weight" if CHECKPOINTS[name].rotary else ""
    assert [key for key in hub if key != unread and not torch.equal(hub[key], ours[key])] == []


def test_the_configuration_is_that_of_the_hub_twin(converted: tuple[str, Path, Path]) -> None:
    name, checkpoint, out = converted
    hub = json.loads((Twins(checkpoint.parents[3]).snapshot(name) / "config.json").read_text())
    ours = json.loads((out / "config.json").read_text())
    assert {key: ours.get(key, "absent") for key in hub} == hub


def test_the_tokenizer_is_fair_esms_alphabet(converted: tuple[str, Path, Path]) -> None:
    name, checkpoint, out = converted
    _, alphabet = loaded_by_fair_esm(checkpoint, name)
    tokenizer = transformers.AutoTokenizer.from_pretrained(str(out))
    assert tokenizer.get_vocab() == alphabet.to_dict()
    tokens = alphabet.get_batch_converter()([("", sequence) for sequence in SEQUENCES])[2]
    assert torch.equal(tokenizer(list(SEQUENCES), padding=True, return_tensors="pt")["input_ids"], tokens)
    assert tokenizer.model_max_length == (10**30 if CHECKPOINTS[name].rotary else 1024)


def test_a_long_sequence_is_not_cut_by_the_tokenizer(converted: tuple[str, Path, Path]) -> None:
    _, _, out = converted
    tokenizer = transformers.AutoTokenizer.from_pretrained(str(out))
    assert len(tokenizer("A" * 1100)["input_ids"]) == 1102


def test_the_checkpoint_and_its_neighbours_stay_as_they_were(tmp_path: Path) -> None:
    checkpoint = download(tmp_path, ESM2)
    before = {path.name: path.read_bytes() for path in checkpoint.parent.iterdir()}
    assert run(checkpoint, tmp_path / "out") == 0
    assert {path.name: path.read_bytes() for path in checkpoint.parent.iterdir()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hf", "out", "torch"]


@pytest.mark.skipif(os.name == "nt", reason="permission bits")
def test_every_file_has_the_permissions_of_a_new_file(tmp_path: Path) -> None:
    assert run(download(tmp_path, ESM2), tmp_path / "out") == 0
    (tmp_path / "new").touch()
    assert {path.stat().st_mode for path in (tmp_path / "out").iterdir()} == {(tmp_path / "new").stat().st_mode}


def test_what_was_found_and_proven_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(download(tmp_path, ESM2), tmp_path / "out") == 0
    said = capsys.readouterr().out
    assert "ESM-2, 6 layers, width 64, 4 attention heads" in said
    assert "against fair-esm, largest difference: hidden states 0, logits" in said
    assert ", contacts" in said
    assert "missing" not in said


@pytest.mark.parametrize("name", [ESM2, ESM1V])
def test_a_missing_contact_regression_is_said_and_nothing_is_made_up(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoint = saved(tmp_path / f"{name}.pt", contents(name))
    assert run(checkpoint, tmp_path / "out") == 0
    assert "contacts are missing" in capsys.readouterr().out
    assert not [key for key in load_file(tmp_path / "out" / "model.safetensors") if "contact" in key]
    _same_numbers(checkpoint, name, tmp_path / "out", contacts=False)


@pytest.mark.parametrize("separate", [False, True])
def test_the_row_of_mask_in_an_old_download_is_what_fair_esm_makes_of_it(separate: bool, tmp_path: Path) -> None:
    content = contents(ESM1B)
    shared = content["model"]["encoder.sentence_encoder.embed_tokens.weight"]
    shared[MASK] = 3.0
    if separate:
        content["model"]["encoder.lm_head.weight"] = shared.clone()
    checkpoint = saved(tmp_path / "esm1b.pt", content)
    assert run(checkpoint, tmp_path / "out") == 0
    written = load_file(tmp_path / "out" / "model.safetensors")["esm.embeddings.word_embeddings.weight"]
    assert torch.equal(written[MASK], torch.full_like(written[MASK], 3.0 if separate else 0.0))
    _same_numbers(checkpoint, ESM1B, tmp_path / "out", contacts=False)


def test_a_half_precision_download_stays_half_in_the_file_and_float32_in_the_model(tmp_path: Path) -> None:
    content = contents(ESM2)
    content["model"] = {key: value.half() for key, value in content["model"].items()}
    checkpoint = saved(tmp_path / "esm2.pt", content)
    assert run(checkpoint, tmp_path / "out") == 0
    written = load_file(tmp_path / "out" / "model.safetensors")
    assert written.pop("esm.embeddings.position_embeddings.weight").dtype == torch.float32
    assert {tensor.dtype for tensor in written.values()} == {torch.float16}
    assert transformers.EsmModel.from_pretrained(str(tmp_path / "out"), add_pooling_layer=False).dtype == torch.float32
    _same_numbers(checkpoint, ESM2, tmp_path / "out", contacts=False)


def test_a_file_of_torch_before_1_6_is_read_too(tmp_path: Path) -> None:
    checkpoint = saved(tmp_path / "esm1b.pt", contents(ESM1B), _use_new_zipfile_serialization=False)
    assert run(checkpoint, tmp_path / "out", "--no-run") == 0
    _same_numbers(checkpoint, ESM1B, tmp_path / "out", contacts=False)


@pytest.mark.parametrize("dropout", [True, False, None])
def test_token_dropout_is_the_downloads_own(dropout: object, tmp_path: Path) -> None:
    content = contents(ESM1V)
    if dropout is None:
        del content["args"].token_dropout
    else:
        content["args"].token_dropout = dropout
    checkpoint = saved(tmp_path / "esm1v.pt", content)
    assert run(checkpoint, tmp_path / "out") == 0
    assert json.loads((tmp_path / "out" / "config.json").read_text())["token_dropout"] is bool(dropout)
    _same_numbers(checkpoint, ESM1V, tmp_path / "out", contacts=False)


def test_the_feed_forward_width_is_the_files_own(tmp_path: Path) -> None:
    content = contents(ESM1V)
    content["args"].encoder_ffn_embed_dim = 96
    for key, value in content["model"].items():
        if ".fc1." in key:
            content["model"][key] = value[:96].clone()
        elif key.endswith(".fc2.weight"):
            content["model"][key] = value[:, :96].clone()
    checkpoint = saved(tmp_path / "esm1v.pt", content)
    assert run(checkpoint, tmp_path / "out") == 0
    assert json.loads((tmp_path / "out" / "config.json").read_text())["intermediate_size"] == 96


def _same_numbers(checkpoint: Path, name: str, out: Path, contacts: bool) -> None:
    ours, alphabet = loaded_by_fair_esm(checkpoint, name)
    theirs = transformers.EsmForMaskedLM.from_pretrained(str(out), attn_implementation="eager").eval()
    tokens = alphabet.get_batch_converter()([("", sequence) for sequence in SEQUENCES])[2]
    mask = tokens.ne(VOCABULARY.index("<pad>"))
    assert not mask.all()
    assert tokens.eq(MASK).any()
    with torch.no_grad():
        before = ours(tokens, repr_layers=range(ours.num_layers + 1), return_contacts=True)
        after = theirs(tokens, attention_mask=mask, output_hidden_states=True)
        assert len(after.hidden_states) == ours.num_layers + 1
        for layer, states in enumerate(after.hidden_states):
            assert _difference(states, before["representations"][layer]) <= BOUND, layer
        assert _difference(after.logits, before["logits"]) <= BOUND
        if contacts:
            found = theirs.predict_contacts(tokens, mask)
            assert found.nan_to_num().std() > 0.05
            assert _difference(found, before["contacts"]) <= BOUND


def _difference(one: Any, other: Any) -> float:
    assert one.shape == other.shape
    assert torch.equal(one.isnan(), other.isnan())
    return (one - other).abs().nan_to_num().max().item()

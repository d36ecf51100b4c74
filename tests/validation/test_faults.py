"""Every fault that loads cleanly and returns garbage, planted and caught by the check that is there for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.validation.conftest import Answer, edit_code, edit_tensor, lab_on
from validation import models
from validation.check import outcome_of, registered
from validation.models import Loaded
from validation.records import FAILED, PASSED, Outcome

QUERY = "esm.encoder.layer.1.attention.self.query.weight"
FREQUENCIES = 'self.register_buffer("inv_freq", 10000 ** (-steps / width))'


def test_a_sound_checkpoint_passes_every_check_of_the_model(answer: Answer, checkpoint: Path) -> None:
    for name in ("ENV-04a", "ENV-04b", "ENV-04c"):
        outcome = answer(name, checkpoint)
        assert (outcome.status, outcome.why) == (PASSED, "")


def test_a_sound_checkpoint_passes_without_its_remote_code(answer: Answer, checkpoint: Path) -> None:
    for name in ("ENV-04a", "ENV-04b", "ENV-04c"):
        outcome = answer(name, checkpoint, remote_code=False)
        assert (outcome.status, outcome.why) == (PASSED, "")


# --- ENV-04b: what is in memory is not what is in the file

@pytest.mark.parametrize("other", [
    FREQUENCIES.replace("10000", "5000").replace("))", "), persistent=False)"),
    'self.register_buffer("inv_freq", torch.full((width // 2,), 3e7), persistent=False)',
])
def test_rotary_frequencies_that_were_not_loaded_are_caught(answer: Answer, copied: Path, other: str) -> None:
    edit_code(copied, FREQUENCIES, other)
    outcome = answer("ENV-04b", copied)
    assert outcome.status == FAILED
    assert "rotary_embeddings.inv_freq" in outcome.why
    assert not held(outcome, "rotary frequencies, largest relative error")


def test_wrong_rotary_frequencies_in_the_file_are_caught(answer: Answer, copied: Path) -> None:
    edit_tensor(copied, "esm.encoder.layer.0.attention.self.rotary_embeddings.inv_freq", lambda old: old * 1.01)
    outcome = answer("ENV-04b", copied)
    assert outcome.status == FAILED
    assert "not the architecture's" in outcome.why


def test_frequencies_that_were_once_rounded_to_half_are_left_alone(answer: Answer, copied: Path) -> None:
    for number in range(3):
        name = f"esm.encoder.layer.{number}.attention.self.rotary_embeddings.inv_freq"
        edit_tensor(copied, name, lambda old: old.half().float())
    assert answer("ENV-04b", copied).status == PASSED


def test_frequencies_held_in_half_are_caught(
    answer: Answer, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    after_loading(monkeypatch, lambda model: model.half())
    outcome = answer("ENV-04b", copied)
    assert outcome.status == FAILED
    assert not held(outcome, "dtype of rotary frequencies")
    assert "never .half()" in advice(outcome, "dtype of rotary frequencies")


@pytest.mark.parametrize("change", [lambda old: old[torch.randperm(len(old))], torch.rand_like])
def test_one_tensor_permuted_or_random_is_caught(
    answer: Answer, checkpoint: Path, monkeypatch: pytest.MonkeyPatch, change: Any
) -> None:
    def spoil(model: torch.nn.Module) -> None:
        tensor = model.get_parameter(QUERY)
        tensor.data.copy_(change(tensor.data))

    after_loading(monkeypatch, spoil)
    outcome = answer("ENV-04b", checkpoint)
    assert outcome.status == FAILED
    assert "holds other weights (encoder.layer.1.attention.self.query.weight)" in outcome.why


def test_float16_overflow_is_caught(answer: Answer, copied: Path) -> None:
    edit_tensor(copied, "esm.encoder.layer.1.intermediate.dense.bias", lambda old: old + 7e4)
    outcome = answer("ENV-04b", copied)
    assert outcome.status == FAILED
    assert "float16 overflows" in outcome.why


def test_another_order_of_tokens_is_caught(answer: Answer, copied: Path) -> None:
    vocabulary = copied / "vocab.txt"
    words = vocabulary.read_text().split("\n")
    words[4], words[5] = words[5], words[4]
    vocabulary.write_text("\n".join(words))
    outcome = answer("ENV-04b", copied)
    assert outcome.status == FAILED
    assert outcome.why.startswith("tokens with another id than ESM-2's: L A")


def test_a_head_that_the_file_does_not_know_is_caught(answer: Answer, copied: Path) -> None:
    edit_code(copied, "self.contact_head = ContactHead(config)", "self.other_head = ContactHead(config)")
    outcome = answer("ENV-04b", copied)
    assert outcome.status == FAILED
    assert outcome.why.startswith("keys missing: other_head.regression.bias other_head.regression.weight pooler")


def test_a_model_without_contact_head_is_left_alone(answer: Answer, copied: Path) -> None:
    edit_code(copied, "self.contact_head = ContactHead(config)", "pass")
    assert answer("ENV-04b", copied).status == PASSED


def test_the_pitfalls_of_the_tokenizer_are_said_and_not_judged(answer: Answer, checkpoint: Path) -> None:
    warnings = " ".join(answer("ENV-04b", checkpoint).warnings)
    assert ".upper()" in warnings
    assert "remove `*`" in warnings


# --- ENV-04c: the weights are right, what is computed from them is not

@pytest.mark.parametrize(("old", "new", "where", "hint"), [
    ("dropout_p=self.dropout, scale=1.0", "dropout_p=self.dropout, scale=self.scale", "float16, one sequence", "scale"),
    ("attn_mask=mask, ", "", "float16, mixed lengths, padded", "padding is not masked"),
    ("attn_mask=mask, ", "attn_mask=mask.to(query.dtype), ", "float16, mixed lengths, padded", "added as a number"),
    ("if self.token_dropout:", "if False:", "float16, one sequence", "wrong"),
    ("x.masked_fill(masked.unsqueeze(-1), 0)", "x", "float16, with <mask>", "<mask> is not rescaled"),
    ("F.gelu(self.inter", 'F.gelu(approximate="tanh", input=self.inter', "float32, one sequence", "wrong"),
    ("torch.cat((-right, left), dim=-1)", "torch.cat((right, left), dim=-1)", "float16, one sequence", "rotary"),
])
def test_a_wrong_computation_is_caught(
    answer: Answer, copied: Path, old: str, new: str, where: str, hint: str
) -> None:
    edit_code(copied, old, new)
    assert answer("ENV-04b", copied).status == PASSED
    outcome = answer("ENV-04c", copied)
    assert outcome.status == FAILED
    assert outcome.why.startswith(where)
    assert hint in outcome.why


def test_dropout_that_was_left_on_is_caught(answer: Answer, copied: Path) -> None:
    edit_code(copied, "dropout_p=self.dropout", "dropout_p=0.02")
    outcome = answer("ENV-04c", copied)
    assert outcome.status == FAILED
    assert not held(outcome, "twice the same, largest difference")
    assert "dropout is left on" in advice(outcome, "twice the same, largest difference")


def test_a_model_in_training_mode_is_caught(
    answer: Answer, checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    after_loading(monkeypatch, lambda model: model.train())
    assert not held(answer("ENV-04c", checkpoint), "model is in eval mode")


@pytest.mark.parametrize("new", ["(query @ key.transpose(-1, -2)) * self.scale", "query @ key.transpose(2, 3) + mask"])
def test_a_wrong_attention_path_is_said_and_not_judged(answer: Answer, copied: Path, new: str) -> None:
    edit_code(copied, "scores = query @ key.transpose(-1, -2)", f"scores = {new}")
    if "+ mask" in new:
        edit_code(copied, 'scores.masked_fill(mask.logical_not(), float("-inf"))', "scores")
    outcome = answer("ENV-04c", copied)
    assert outcome.status == PASSED
    assert any("output_attentions=True computes other numbers" in item for item in outcome.warnings)


def test_stock_model_is_not_compared_where_its_release_is_wrong(checkpoint: Path, tmp_path: Path) -> None:
    lab = lab_on(checkpoint, tmp_path)
    machine = lab.environment
    lab.__dict__["environment"] = replace(machine, versions={**machine.versions, "transformers": "4.57.6"})
    outcome = outcome_of(next(one for one in registered() if one.name == "ENV-04c"), lab)
    assert outcome.status == PASSED
    assert [item.value for item in outcome.measured if item.what == "stock EsmModel, padded, with <mask>"] == [
        "not compared: this release is wrong there"
    ]


def held(outcome: Outcome, what: str) -> bool:
    return next(item for item in outcome.measured if item.what == what).holds


def advice(outcome: Outcome, what: str) -> str:
    return next(item for item in outcome.measured if item.what == what).advice


def after_loading(monkeypatch: pytest.MonkeyPatch, spoil: Any) -> None:
    original = models.load_remote

    def load(*arguments: Any) -> Loaded:
        loaded = original(*arguments)
        spoil(loaded.model)
        return loaded

    monkeypatch.setattr(models, "load_remote", load)

"""ENV-05 on the tiny checkpoint, with clocks given by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from tests.validation.conftest import check_named, edit_code, lab_on
from validation import kernels, timing
from validation.check import outcome_of
from validation.lab import Lab
from validation.records import FAILED, PASSED, Outcome
from validation.workloads import workloads


def ask(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: float, rounds: int = 10, **options: Any
) -> tuple[Outcome, Lab]:
    """The outcome where the model takes `model` seconds and every baseline one."""

    def in_turns(runs: dict[str, timing.Run], *_: Any) -> dict[str, tuple[float, ...]]:
        return {name: (model if name == "model" else 1.0,) * rounds for name in runs}

    lab = lab_on(folder, tmp_path, **{"lengths": (512,), "seconds": 0.0, **options})
    monkeypatch.setattr(timing, "in_turns", in_turns)
    return outcome_of(check_named("ENV-05"), lab), lab


def test_a_faster_sdpa_passes(checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome, lab = ask(checkpoint, tmp_path, monkeypatch, 0.4, min_speedup=1.3)
    assert (outcome.status, outcome.why) == (PASSED, "")
    assert {row.verdict for row in lab.rows} == {"claim confirmed"}


def test_an_sdpa_that_is_not_faster_fails(checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome, lab = ask(checkpoint, tmp_path, monkeypatch, 1.8, min_speedup=1.3)
    assert outcome.status == FAILED
    assert "0.5556 x (must be >= 1.3)" in outcome.why
    assert {row.verdict for row in lab.rows} == {"refuted"}
    assert any("refuted at this length: 0.56 x" in str(item.value) for item in outcome.measured)


def test_faster_than_the_floor_and_short_of_the_claim_is_said(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome, _ = ask(checkpoint, tmp_path, monkeypatch, 0.625, min_speedup=1.3)
    assert outcome.status == PASSED
    assert any("claim not confirmed: 1.60 x" in str(item.value) for item in outcome.measured)


def test_the_locked_wish_can_be_asked_for(checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask(checkpoint, tmp_path, monkeypatch, 0.625, min_speedup=2.0)[0].status == FAILED


def test_short_sequences_alone_do_not_pass(checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome, _ = ask(checkpoint, tmp_path, monkeypatch, 0.4, min_speedup=1.3, lengths=(16, 128))
    assert outcome.status == FAILED


def test_on_a_cpu_the_speed_is_shown_and_not_judged(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome, _ = ask(checkpoint, tmp_path, monkeypatch, 1.8)
    assert outcome.status == PASSED
    assert any("not judged" in warning for warning in outcome.warnings)


def test_every_pair_is_run_and_agrees(checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, lab = ask(checkpoint, tmp_path, monkeypatch, 0.5)
    pairs = {"a", "b", "c", "d"} if lab.stock_attention == "sdpa" else {"a", "c", "d"}
    assert {row.pair for row in lab.rows} == pairs
    assert all(row.right for row in lab.rows)
    assert {row.workload for row in lab.rows} == {"512 tokens x 1", "mix x 4, up to 512"}


def test_without_remote_code_its_own_path_is_not_a_pair(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome, lab = ask(checkpoint, tmp_path, monkeypatch, 0.5, remote_code=False)
    assert outcome.status == PASSED
    assert "d" not in {row.pair for row in lab.rows}


def test_a_model_that_computes_other_numbers_is_not_praised_for_its_speed(
    copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit_code(copied, "attn_mask=mask, ", "")
    outcome, _ = ask(copied, tmp_path, monkeypatch, 0.1, min_speedup=1.3)
    assert outcome.status == FAILED
    assert "agrees with the reference" in outcome.why


def test_a_wrong_path_with_attentions_is_timed_with_its_disagreement(
    copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit_code(copied, "scores = query @ key.transpose(-1, -2)", "scores = (query @ key.transpose(-1, -2)) * self.scale")
    outcome, lab = ask(copied, tmp_path, monkeypatch, 0.5, min_speedup=1.3)
    assert outcome.status == PASSED
    assert {row.right for row in lab.rows if row.pair == "d"} == {False}
    assert any("computes other numbers" in warning for warning in outcome.warnings)


def test_too_few_rounds_decide_nothing(checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome, lab = ask(checkpoint, tmp_path, monkeypatch, 0.1, rounds=3, min_speedup=1.3)
    assert outcome.status == FAILED
    assert "too few rounds" in outcome.why
    assert lab.rows[0].verdict == "undecided"
    assert "3 rounds only" in lab.rows[0].sentence


def test_too_few_rounds_are_no_failure_where_nothing_is_judged(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(checkpoint, tmp_path, monkeypatch, 0.1, rounds=3)[0].status == PASSED


def test_a_mix_has_padding_and_uniform_lengths_have_none(checkpoint: Path, tmp_path: Path) -> None:
    *even, mix = workloads(lab_on(checkpoint, tmp_path, lengths=(16, 300)))
    assert [work.padded for work in even] == [False, False]
    assert [work.ids.shape[1] for work in even] == [16, 300]
    assert mix.padded
    assert mix.length <= 300


def test_the_kernel_of_sdpa_is_named() -> None:
    query = torch.randn(1, 2, 16, 8)
    mask = torch.ones(1, 1, 1, 16, dtype=torch.bool)
    assert kernels.used(lambda: F.scaled_dot_product_attention(query, query, query, attn_mask=mask)).startswith("flash")
    assert kernels.used(lambda: F.scaled_dot_product_attention(query, query, query, dropout_p=0.5)) == "math"


def test_attention_by_hand_has_no_kernel() -> None:
    query = torch.randn(1, 2, 16, 8)
    assert kernels.used(lambda: (query @ query.mT).softmax(-1) @ query) == "none"


@pytest.mark.parametrize(("operator", "name"), [
    ("aten::_scaled_dot_product_flash_attention", "flash"),
    ("aten::_scaled_dot_product_efficient_attention", "efficient"),
    ("aten::_scaled_dot_product_cudnn_attention", "cuDNN"),
    ("aten::_scaled_dot_product_flash_attention_for_cpu", "flash (CPU)"),
    ("aten::_softmax", "none"),
])
def test_operators_are_known_by_name(operator: str, name: str) -> None:
    assert kernels.named({operator}) == name

"""ENV-05 on the tiny checkpoint, with clocks given by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from tests.validation.conftest import check_named, edit_code, lab_on
from validation import kernels, synthetic, timing
from validation.check import outcome_of
from validation.lab import Lab
from validation.models import Loaded
from validation.records import FAILED, PASSED, Outcome
from validation.report import last_line
from validation.workloads import not_planned, workloads


def ask(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: float | list[float], **options: Any
) -> tuple[Outcome, Lab]:
    """The outcome where the model takes `model` seconds, in each of ten rounds, and every baseline one."""
    own = model if isinstance(model, list) else [model] * 10

    def in_turns(runs: dict[str, timing.Run], *_: Any) -> dict[str, tuple[float, ...]]:
        return {name: tuple(own) if name == "model" else (1.0,) * 10 for name in runs}

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


def test_an_interval_over_the_limit_is_undecided_and_says_what_to_do(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome, lab = ask(checkpoint, tmp_path, monkeypatch, [0.6, 0.9] * 5, min_speedup=1.3)
    assert outcome.status == FAILED
    assert "not decided: the interval reaches over that limit; a quieter machine or a greater --seconds" in outcome.why
    assert {row.verdict for row in lab.rows if row.pair == "a"} == {"undecided"}
    assert "reaches over 1.3; a quieter machine" in lab.rows[0].sentence


def test_an_undecided_speed_is_no_failure_where_nothing_is_judged(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(checkpoint, tmp_path, monkeypatch, [0.6, 0.9] * 5)[0].status == PASSED


def test_only_short_sequences_are_no_failure_where_nothing_is_judged(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome, _ = ask(checkpoint, tmp_path, monkeypatch, 0.5, lengths=(16, 128))
    assert outcome.status == PASSED
    assert outcome.measured[-1].value == "none was timed"


def test_at_which_lengths_it_is_not_fast_enough_is_said(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome, _ = ask(checkpoint, tmp_path, monkeypatch, 0.625, min_speedup=2.0, lengths=(16, 512))
    said = {item.what: item.value for item in outcome.measured}
    assert said["same-dtype speed-up reaches 2 at"] == "none"
    assert said["same-dtype speed-up does not reach 2 at"] == "16 tokens x 1, 512 tokens x 1, mix x 4, up to 512"


# --- what is not timed is said

def test_what_a_cpu_leaves_out_is_said_with_the_reason(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcome, lab = ask(checkpoint, tmp_path, monkeypatch, 0.5, lengths=())
    told = [str(item) for item in lab.left_out]
    assert told[0].startswith("1024 and 2048 tokens: the tiny shape on a CPU shows no more with it; --lengths 1024,")
    assert told[1].startswith("batches of 8 and 32: ")
    assert [item.value for item in outcome.measured if item.what == "left out"] == told
    last = last_line([outcome], lab.environment, lab.weights_are, lab.rows, lab.left_out)
    assert "| left out: 1024 and 2048 tokens, batches of 8 and 32 |" in last


def test_the_true_shape_on_a_cpu_leaves_out_the_mix_too(checkpoint: Path, tmp_path: Path) -> None:
    lab = lab_on(checkpoint, tmp_path)
    lab.__dict__["shape"] = synthetic.SHAPES["full"]
    left = [what for what, _ in not_planned(lab)]
    assert left == ["1024 and 2048 tokens", "batches of 8 and 32", "the mix of lengths"]
    assert all("minutes on a CPU" in why for _, why in not_planned(lab))


def test_the_whole_plan_leaves_nothing_out(checkpoint: Path, tmp_path: Path) -> None:
    lab = lab_on(checkpoint, tmp_path)
    lab.__dict__["shape"] = synthetic.SHAPES["full"]
    lab.__dict__["device"] = torch.device("cuda")
    assert list(not_planned(lab)) == []


def test_pairs_that_the_options_exclude_are_named(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Lab, "stock_attention", "eager")
    _, lab = ask(checkpoint, tmp_path, monkeypatch, 0.5)
    told = [str(item) for item in lab.left_out]
    assert any(text.startswith("(b): stock EsmModel of transformers ") and "has no SDPA" in text for text in told)
    assert "b" not in {row.pair for row in lab.rows}


def test_a_stock_model_without_sdpa_is_no_question_of_speed(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Lab, "stock_attention", "eager")
    outcome, lab = ask(checkpoint, tmp_path, monkeypatch, 0.5, remote_code=False)
    assert outcome.status == FAILED
    assert "stock EsmModel has it from transformers 4.56 on" in outcome.why
    assert lab.rows == []


@pytest.mark.parametrize(("program", "rows", "told"), [
    ("by_hand", {"a", "b", "c"}, "(d) on 512 tokens x 1: out of memory"),
    ("__call__", set(), "512 tokens x 1: out of memory"),
])
def test_a_program_that_does_not_fit_into_memory_is_named(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, rows: set[str], told: str
) -> None:
    def too_big(*_: object) -> None:
        raise torch.cuda.OutOfMemoryError

    monkeypatch.setattr(Loaded, program, too_big)
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: None)
    outcome, lab = ask(checkpoint, tmp_path, monkeypatch, 0.5, min_speedup=1.3)
    assert {row.pair for row in lab.rows} == rows
    assert told in [str(item) for item in lab.left_out]
    assert outcome.status == (PASSED if rows else FAILED)


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

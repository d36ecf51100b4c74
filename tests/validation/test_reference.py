"""Our reference against transformers' own model, in both attentions, and the bounds it is compared with."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.validation.conftest import lab_on
from validation import models, synthetic, weights
from validation.agreement import BOUNDS, agreement
from validation.reference import eager, sdpa
from validation.sequences import Case, cases, realistic, residues, uniform

EVERYWHERE = torch.ones(1, 4, dtype=torch.bool)


@pytest.mark.parametrize("attend", [eager, sdpa])
def test_the_reference_is_stock_esm(checkpoint: Path, tmp_path: Path, attend: object) -> None:
    lab = lab_on(checkpoint, tmp_path)
    reference, stock = lab.reference(attend=attend), lab.stock(torch.float32, "eager")  # type: ignore[arg-type]
    for case in cases(long=150):
        ids, mask = lab.tokens(case.sequences)
        assert BOUNDS[torch.float32].hold(agreement(reference(ids, mask), stock(ids, mask), mask.bool())), case.name


@pytest.mark.parametrize("load", [lambda lab: lab.model(torch.float32), lambda lab: lab.stock(torch.float32, "eager")])
def test_equal_models_hold_the_files_own_tensors(copied: Path, tmp_path: Path, load: Any) -> None:
    lab = lab_on(copied, tmp_path)
    encoder = {item.data_ptr() for name, item in lab.tensors.items() if not name.startswith("lm_head.")}
    model = load(lab).model
    held = {item.data_ptr() for item in (*model.parameters(), *model.buffers())}
    assert len(encoder & held) >= len(encoder) - 3  # stock models keep one rotary buffer for all layers
    assert mappings(copied) == 1  # the lab's; another one of 2.6 GB would count again


def mappings(folder: Path) -> int:
    return Path("/proc/self/maps").read_text().count(str(folder / "model.safetensors"))


def test_a_tensor_that_differs_is_left_as_the_model_has_it(checkpoint: Path, tmp_path: Path) -> None:
    lab = lab_on(checkpoint, tmp_path)
    model = models.load_remote(checkpoint, torch.float32, lab.device).model
    name = "esm.encoder.layer.1.attention.self.query.bias"
    model.get_parameter(name).data = lab.tensors[name] + 1
    weights.share(model, lab.tensors)
    assert list(weights.unequal(model, lab.tensors)) == [name[len("esm."):]]


def test_padding_does_not_reach_real_positions(checkpoint: Path, tmp_path: Path) -> None:
    lab = lab_on(checkpoint, tmp_path)
    ids, mask = lab.tokens(("MPRTEIN", "MPRTEINMPRTEIN"))
    alone = lab.reference()(*lab.tokens(("MPRTEIN",)))
    torch.testing.assert_close(lab.reference()(ids, mask)[:1, :9], alone, rtol=0, atol=1e-5)


def test_equal_values_agree() -> None:
    values = torch.randn(1, 4, 8)
    found = agreement(values, values.clone(), EVERYWHERE)
    assert (found.relative_l2, found.max_abs) == (0.0, 0.0)
    assert found.min_cosine == pytest.approx(1.0)


def test_positions_that_are_padding_do_not_count() -> None:
    got, want = torch.zeros(1, 4, 8), torch.ones(1, 4, 8)
    got[:, :2] = 1
    assert agreement(got, want, torch.tensor([[True, True, False, False]])).max_abs == 0.0


@pytest.mark.parametrize("dtype", list(BOUNDS))
def test_one_nan_holds_no_bound(dtype: torch.dtype) -> None:
    got = torch.ones(1, 4, 8)
    got[0, 3, 7] = math.nan
    assert not BOUNDS[dtype].hold(agreement(got, torch.ones(1, 4, 8), EVERYWHERE))


def test_comparing_no_position_holds_no_bound() -> None:
    values = torch.ones(1, 4, 8)
    nowhere = torch.zeros(1, 4, dtype=torch.bool)
    with pytest.raises(RuntimeError):
        agreement(values, values, nowhere)


def test_coarser_precisions_have_wider_bounds() -> None:
    bounds = [BOUNDS[dtype] for dtype in (torch.float32, torch.float16, torch.bfloat16)]
    assert bounds == sorted(bounds, key=lambda bound: bound.relative_l2)
    assert bounds == sorted(bounds, key=lambda bound: -bound.min_cosine)


def test_cases_cover_padding_masks_both_and_length() -> None:
    kinds = {(case.padded, case.masked) for case in cases()}
    assert kinds == {(False, False), (True, False), (False, True), (True, True)}
    assert max(residues(item) for case in cases() for item in case.sequences) > 1024


def test_a_mask_is_one_token() -> None:
    assert residues("MP<mask>RT") == 5
    assert not Case("", ("MP<mask>RT", "MPART")).padded


def test_sequences_are_the_same_in_every_run_and_use_every_amino_acid() -> None:
    assert uniform(2, 300) == uniform(2, 300)
    assert len(set("".join(uniform(2, 300)))) == 20
    assert [len(item) for item in uniform(3, 40)] == [38, 38, 38]


def test_a_realistic_mix_keeps_to_its_limits() -> None:
    lengths = [len(item) for item in realistic(200, 1000)]
    assert min(lengths) >= 30
    assert max(lengths) == 1000
    assert 200 < sorted(lengths)[100] < 450


def test_the_alphabet_is_esm2s() -> None:
    assert len(synthetic.TOKENS) == 33
    assert [synthetic.TOKENS.index(letter) for letter in "MPRTEIN"] == [20, 14, 10, 11, 9, 12, 17]

"""ENV-03: which release of transformers is right for which code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.validation.conftest import check_named, lab_on
from validation.check import outcome_of
from validation.records import FAILED, PASSED, Outcome
from validation.releases import REFUSED, REMOTE, RIGHT, STOCK, WARNED, masks_padded_right, verdicts
from validation.snapshot import DEFAULT_MODEL, DEFAULT_REVISION


def ask(version: str, tmp_path: Path, **options: object) -> Outcome:
    lab = lab_on(Path(DEFAULT_MODEL), tmp_path, **options)
    versions = {**lab.environment.versions, "transformers": version}
    lab.__dict__["environment"] = replace(lab.environment, versions=versions)
    return outcome_of(check_named("ENV-03"), lab)


@pytest.mark.parametrize("version", ["5.0.0", "5.1.0", "5.0.0rc1", "5.0"])
def test_releases_that_leave_random_weights_are_refused(version: str, tmp_path: Path) -> None:
    outcome = ask(version, tmp_path)
    assert outcome.status == FAILED
    assert "random weights" in outcome.why


@pytest.mark.parametrize("version", ["4.30.2", "4.35.2", "4.29.0"])
@pytest.mark.parametrize("remote_code", [True, False])
def test_old_releases_are_refused(version: str, remote_code: bool, tmp_path: Path) -> None:
    assert ask(version, tmp_path, remote_code=remote_code).status == FAILED


@pytest.mark.parametrize("version", ["4.36.2", "4.45.2", "4.57.6", "5.2.0", "5.23.0", "5.24.0"])
def test_releases_that_were_tried_pass(version: str, tmp_path: Path) -> None:
    outcome = ask(version, tmp_path)
    assert (outcome.status, outcome.warnings) == (PASSED, ())


@pytest.mark.parametrize("version", ["4.56.0", "4.57.6", "5.0.0", "5.2.0"])
def test_stock_models_that_are_wrong_for_masks_are_warned_about(version: str, tmp_path: Path) -> None:
    outcome = ask(version, tmp_path, remote_code=False)
    assert outcome.status == PASSED
    assert "padding and <mask>" in outcome.warnings[0]
    assert not masks_padded_right(version)


@pytest.mark.parametrize("version", ["4.45.2", "4.55.4", "5.3.0", "5.24.0"])
def test_stock_models_that_are_right_are_left_alone(version: str, tmp_path: Path) -> None:
    outcome = ask(version, tmp_path, remote_code=False)
    assert (outcome.status, outcome.warnings) == (PASSED, ())
    assert masks_padded_right(version)


def test_a_revision_that_was_not_tried_is_said() -> None:
    assert [item.verdict for item in verdicts("4.57.6", REMOTE, "main")] == [WARNED]


def test_code_from_a_local_folder_is_not_taken_for_the_pinned_one(tmp_path: Path) -> None:
    lab = lab_on(tmp_path, tmp_path)
    outcome = outcome_of(check_named("ENV-03"), lab)
    assert outcome.status == PASSED
    assert "this code was not tried" in outcome.warnings[0]


def test_the_pinned_revision_is_known_to_be_right() -> None:
    assert [item.verdict for item in verdicts("4.57.6", REMOTE, DEFAULT_REVISION)] == [RIGHT]


def test_the_gravest_verdict_comes_first() -> None:
    assert [item.verdict for item in verdicts("5.1.0", STOCK, "")] == [WARNED]
    assert next(verdicts("5.1.0", REMOTE, "")).verdict == REFUSED

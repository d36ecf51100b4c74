"""ENV-01 with the machine's facts given by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.validation.conftest import check_named, lab_on
from validation.check import outcome_of
from validation.environment import Environment, native, release
from validation.records import FAILED, PASSED, SKIPPED, Outcome

SEED_BUILD = ("sm_50", "sm_60", "sm_70", "sm_75", "sm_80", "sm_86", "sm_89", "sm_90", "compute_90")
NEW_BUILD = ("sm_75", "sm_80", "sm_90", "sm_100", "sm_120", "compute_120")
GB10 = Environment(
    device="cuda", versions={"torch": "2.7.1"}, cuda_available=True, gpu="NVIDIA GB10", capability=(12, 1),
    architectures=NEW_BUILD, toolkit="12.9", driver="580.95.05", driver_cuda="13.0",
)


def ask(name: str, machine: Environment, tmp_path: Path) -> Outcome:
    lab = lab_on(tmp_path, tmp_path)
    lab.__dict__["environment"] = machine
    return outcome_of(check_named(name), lab)


def test_gb10_with_the_default_environment_passes(tmp_path: Path) -> None:
    assert ask("ENV-01b", GB10, tmp_path).status == PASSED


def test_gb10_with_a_build_for_sm_90_is_named(tmp_path: Path) -> None:
    outcome = ask("ENV-01b", replace(GB10, architectures=SEED_BUILD, toolkit="12.6"), tmp_path)
    assert outcome.status == FAILED
    assert "this build has no code for sm_121: use the default environment, pytorch 2.7.1 cuda129" in outcome.why


@pytest.mark.parametrize(("facts", "words"), [
    ({"toolkit": None, "driver_cuda": None}, "CPU build"),
    ({"driver_cuda": None}, "no NVIDIA driver answers"),
    ({}, "sees no device"),
])
def test_why_cuda_is_not_there_is_said(facts: dict[str, None], words: str, tmp_path: Path) -> None:
    outcome = ask("ENV-01b", replace(GB10, cuda_available=False, capability=None, **facts), tmp_path)
    assert outcome.status == FAILED
    assert words in outcome.why
    assert "--device cpu" in outcome.why


def test_a_driver_older_than_the_toolkit_is_refused(tmp_path: Path) -> None:
    outcome = ask("ENV-01b", replace(GB10, driver_cuda="11.8"), tmp_path)
    assert outcome.status == FAILED
    assert "update the driver, not torch" in outcome.why


@pytest.mark.parametrize("driver", ["12.2", "12.9", "13.0"])
def test_a_driver_of_the_same_or_a_newer_major_version_is_left_alone(driver: str, tmp_path: Path) -> None:
    assert ask("ENV-01b", replace(GB10, driver_cuda=driver), tmp_path).status == PASSED


def test_asking_for_the_cpu_skips_cuda(tmp_path: Path) -> None:
    outcome = ask("ENV-01b", replace(GB10, device="cpu"), tmp_path)
    assert (outcome.status, outcome.why) == (SKIPPED, "asked for CPU")


def test_sdpa_really_runs_on_this_machine(tmp_path: Path) -> None:
    outcome = ask("ENV-01c", replace(GB10, device="cpu"), tmp_path)
    assert outcome.status == PASSED
    assert [item.value for item in outcome.measured if item.what == "result is on"] == ["cpu"]


@pytest.mark.parametrize("version", ["2.5.0", "2.5.0a0+nv24.09", "2.10.0", "2.13.0+cpu", "3.0"])
def test_a_new_enough_torch_passes(version: str, tmp_path: Path) -> None:
    assert ask("ENV-01a", replace(GB10, versions={"torch": version}), tmp_path).status == PASSED


@pytest.mark.parametrize("version", ["2.4.1", "2.0.0", "1.13.1"])
def test_an_old_torch_is_refused(version: str, tmp_path: Path) -> None:
    outcome = ask("ENV-01a", replace(GB10, versions={"torch": version}), tmp_path)
    assert outcome.status == FAILED
    assert "pixi run validate" in outcome.why


@pytest.mark.parametrize(("capability", "build", "runs"), [
    ((12, 1), ("sm_120",), True),
    ((12, 0), ("sm_121",), False),
    ((9, 0), ("sm_90a",), True),
    ((12, 1), ("sm_120a",), False),
    ((12, 1), ("sm_120f",), True),
    ((8, 6), ("sm_80",), True),
    ((12, 1), ("compute_90",), False),
    ((12, 1), (), False),
])
def test_binary_code_runs_on_its_own_major_version(
    capability: tuple[int, int], build: tuple[str, ...], runs: bool
) -> None:
    assert native(capability, build) is runs


def test_releases_are_compared_not_versions() -> None:
    assert release("2.5.0a0") == release("2.5.0")
    assert release("2.10") > release("2.9")

"""Checks: three answers, needs in order, one cause one failure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from validation.check import Check, chosen, in_order, outcome_of, registered, run
from validation.records import (
    FAILED,
    PASSED,
    SKIPPED,
    CannotAnswer,
    Failed,
    Measured,
    Outcome,
    Skipped,
    Timing,
)
from validation.session import exit_code

NO_LAB: Any = None


def good(lab: Any) -> Iterator[Measured]:
    """It holds."""
    yield Measured("one", 1, at_least=1)


def bad(lab: Any) -> Iterator[Measured]:
    """It does not hold."""
    yield Measured("one", 1, at_least=2, unit="x", advice="take two")


def silent(lab: Any) -> Iterator[Measured]:
    """It measures nothing."""
    yield Measured("a fact", "without bound")


def raising(error: Exception) -> Any:
    def measure(lab: Any) -> Iterator[Measured]:
        """It raises."""
        yield Measured("before", True, equals=True)
        raise error

    return measure


def ran(*checks: Check, keep_going: bool = False) -> list[tuple[str, str]]:
    return [(one.name, one.status) for one in run(in_order(checks), NO_LAB, keep_going)]


def test_a_check_whose_values_hold_passes() -> None:
    assert outcome_of(Check("A", (), good), NO_LAB).status == PASSED


def test_the_reason_of_a_failure_is_value_bound_and_advice() -> None:
    outcome = outcome_of(Check("A", (), bad), NO_LAB)
    assert (outcome.status, outcome.why) == (FAILED, "one: 1 x (must be >= 2): take two")


def test_measuring_nothing_fails() -> None:
    assert outcome_of(Check("A", (), silent), NO_LAB).why == "nothing was measured"


@pytest.mark.parametrize("bounds", [{}, {"at_least": 0.0}, {"at_most": 0.0}, {"equals": 0.0}])
def test_nan_never_holds(bounds: dict[str, float]) -> None:
    assert not Measured("a", float("nan"), **bounds).holds  # type: ignore[arg-type]


@pytest.mark.parametrize(("error", "status", "why"), [
    (Skipped("asked for CPU"), SKIPPED, "asked for CPU"),
    (Failed("no"), FAILED, "no"),
    (CannotAnswer("no network"), FAILED, "cannot answer: no network"),
    (ValueError("odd"), FAILED, "ValueError: odd"),
])
def test_what_was_measured_before_the_end_is_kept(error: Exception, status: str, why: str) -> None:
    outcome = outcome_of(Check("A", (), raising(error)), NO_LAB)
    assert (outcome.status, outcome.why, len(outcome.measured)) == (status, why, 1)


def test_a_check_is_skipped_when_what_it_needs_failed() -> None:
    checks = (Check("A", (), bad), Check("B", ("A",), good), Check("C", ("B",), good), Check("D", (), good))
    assert ran(*checks, keep_going=True) == [("A", FAILED), ("B", SKIPPED), ("C", SKIPPED), ("D", PASSED)]


def test_a_need_that_does_not_apply_stands_in_nobodys_way() -> None:
    checks = (Check("A", (), raising(Skipped("asked for CPU"))), Check("B", ("A",), good))
    assert ran(*checks) == [("A", SKIPPED), ("B", PASSED)]


def test_it_stops_at_the_first_failure() -> None:
    assert ran(Check("A", (), bad), Check("B", (), good)) == [("A", FAILED)]


def test_needs_come_first_whatever_the_names() -> None:
    assert [one.name for one in in_order([Check("A", ("B",), good), Check("B", (), good)])] == ["B", "A"]


def test_checks_that_wait_for_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="wait for each other"):
        in_order([Check("A", ("B",), good), Check("B", ("A",), good)])


def test_an_unknown_need_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown"):
        in_order([Check("A", ("Z",), good)])


def test_one_check_brings_what_it_needs() -> None:
    names = [one.name for one in chosen(registered(), ["env-04b"])]
    assert names == ["ENV-01a", "ENV-01b", "ENV-01c", "ENV-04a", "ENV-04b"]


def test_a_family_is_asked_for_by_its_number() -> None:
    assert {"ENV-04a", "ENV-04b", "ENV-04c"} <= {one.name for one in chosen(registered(), ["ENV-04"])}


def test_a_name_that_no_check_has_is_refused() -> None:
    with pytest.raises(ValueError, match="no check is called ENV-99"):
        chosen(registered(), ["ENV-99"])


def test_every_file_of_the_folder_is_a_check_with_a_sentence() -> None:
    checks = registered()
    assert [one.name for one in checks] == [
        "ENV-01a", "ENV-01b", "ENV-01c", "ENV-02", "ENV-03", "ENV-04a", "ENV-04b", "ENV-04c", "ENV-05",
    ]
    assert all(one.title.endswith(".") and "\n\n" in f"{one.document}\n\n" for one in checks)


@pytest.mark.parametrize(("statuses", "code"), [
    ([(PASSED, False), (SKIPPED, False)], 0),
    ([(PASSED, False), (FAILED, False)], 1),
    ([(FAILED, True)], 2),
    ([(FAILED, True), (FAILED, False)], 1),
])
def test_exit_codes_have_one_meaning_each(statuses: list[tuple[str, bool]], code: int) -> None:
    outcomes = [Outcome("A", "", status, cannot_answer=cannot) for status, cannot in statuses]
    assert exit_code(outcomes) == code


def test_a_timing_derives_everything_from_its_samples() -> None:
    timing = Timing("a", (1.0, 2.0, 3.0, 2.0), tokens=100, flops=4e12)
    assert (timing.median, timing.tokens_per_second, timing.tflops) == (2.0, 50.0, 2.0)
    assert timing.spread == pytest.approx(0.75)

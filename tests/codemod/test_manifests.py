"""Dependency files, before and after: every case is a text file in `manifest_cases/`.

A case names the `path` (and so the format), the target (`to`, hf unless said), `keep` and `migrated`; then the
input, what is expected (or `unchanged`), and the leftovers as `LINE: part of the reason`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from codemod.manifests.check import edited, tomllib
from codemod.manifests.names import is_manifest
from codemod.manifests.needs import needs_of
from codemod.manifests.registry import plan_manifest
from codemod.records import Edit, Leftover

CASES = sorted((Path(__file__).parent / "manifest_cases").glob("*.txt"))


def read_case(file: Path) -> tuple[dict[str, str], str, str, list[str]]:
    head, before, after, left = re.split(r"^--- .*\n", file.read_text("utf-8"), flags=re.M)
    settings = dict(line.split(": ", 1) for line in head.splitlines() if line)
    return settings, before, after or before, left.splitlines()


def plan(settings: dict[str, str], text: str) -> tuple[list[Edit], list[Leftover]]:
    decisions = list(
        plan_manifest(
            settings["path"],
            text,
            needs_of(settings.get("to", "hf")),
            keep="keep" in settings,
            migrated=settings.get("migrated") != "no",
        )
    )
    return [d for d in decisions if isinstance(d, Edit)], [d for d in decisions if isinstance(d, Leftover)]


def assert_parses(path: str, text: str) -> None:
    if path.endswith(".toml") or path == "Pipfile":
        tomllib.loads(text)
    elif path.endswith(".py"):
        compile(text, path, "exec")
    elif path.endswith((".yml", ".yaml")):
        pytest.importorskip("yaml").safe_load(text)


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_the_case_comes_out_as_written(file: Path) -> None:
    settings, before, after, left = read_case(file)
    edits, leftovers = plan(settings, before)
    assert edited(before, edits) == after
    assert len(leftovers) == len(left), leftovers
    for leftover, expected in zip(sorted(leftovers), left):
        line, why = expected.split(": ", 1)
        assert leftover.line == int(line)
        assert why in leftover.why
        assert leftover.path == settings["path"]


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_the_result_parses_and_a_second_run_changes_nothing(file: Path) -> None:
    settings, before, after, _ = read_case(file)
    assert is_manifest(settings["path"])
    if before != after:
        assert_parses(settings["path"], after)
    assert plan(settings, after)[0] == []


@pytest.mark.parametrize("end", ["\r\n", "\r"], ids=["CRLF", "CR"])
@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_line_ends_are_kept(file: Path, end: str) -> None:
    settings, before, after, _ = read_case(file)
    if end == "\r" and settings["path"].endswith(("toml", "Pipfile", ".yml", ".yaml")):
        pytest.skip("a bare carriage return is no line end there")
    text = before.replace("\n", end)
    assert edited(text, plan(settings, text)[0]) == after.replace("\n", end)


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_a_missing_final_newline_stays_missing(file: Path) -> None:
    settings, before, after, _ = read_case(file)
    text = before.rstrip("\n")
    assert edited(text, plan(settings, text)[0]) == after.rstrip("\n")


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_edits_are_apart_and_in_order(file: Path) -> None:
    settings, before, _, _ = read_case(file)
    edits = plan(settings, before)[0]
    assert all(first.stop <= second.start for first, second in zip(edits, edits[1:]))
    assert all(before[edit.start : edit.stop] != edit.text for edit in edits)


def test_two_cases_in_five_change_nothing() -> None:
    same = [file for file in CASES if not read_case(file)[2] or read_case(file)[1] == read_case(file)[2]]
    assert len(same) >= 0.4 * len(CASES)

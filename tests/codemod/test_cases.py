"""Whole migrations: every case is a text file in `cases/`, one folder per rule; a new case needs no Python.

The first lines may hold options (`to: hf`, which is the default; `remote_code: no`; `python: 3.11` where older ones
cannot read it; `two_on_a_line: yes` where a line that is left has another use that is rewritten). Then come sections:
`== units.py` is a file of the repository, `== units.py ->` what it becomes (a file without one must stay as it is), and
`== leftovers` lists every use that is left, as `units.py:3: rule: words of the reason`.
`<<read_fasta>>` stands for a helper function that is added, `<<read_fasta as read_fasta_>>` for one under another name,
`<<read_fasta lazily>>` for one that imports what it needs when it runs.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from codemod.marks.marking import LASTING
from codemod.migrate import Settings, migrate
from codemod.program.imports import Helper
from codemod.records import Migration
from tests.codemod.trees import grow

FOLDER = Path(__file__).parent / "cases"
ALL_CASES = sorted(FOLDER.glob("*/*.txt"))
RULES = sorted(file.stem for file in (Path(migrate.__code__.co_filename).parent / "rules").glob("[!_]*.py"))

#: Bugs that are known and reported: case name, and what is wrong. Each goes as soon as it is mended.
KNOWN_BUGS: dict[str, str] = {}


@dataclass(frozen=True)
class Case:
    options: dict[str, str]
    before: dict[str, str]
    after: dict[str, str]
    leftovers: list[str]

    @property
    def changes(self) -> bool:
        return self.before != self.after


def read_case(text: str) -> Case:
    text = re.sub(r"^<<(\w+)(?: as (\w+))?( lazily)?>>$", _helper, text, flags=re.M)
    head, *rest = re.split(r"^== (.*)\n", text, flags=re.M)
    options = dict(line.split(": ") for line in head.splitlines() if line)
    parts = dict(zip(rest[::2], rest[1::2]))
    leftovers = parts.pop("leftovers", "").splitlines()
    expected = {name[: -len(" ->")]: body for name, body in parts.items() if name.endswith(" ->")}
    before = {name: body for name, body in parts.items() if not name.endswith(" ->")}
    assert expected.keys() <= before.keys(), "an expected text without its input"
    return Case(options, before, {**before, **expected}, leftovers)


def _helper(match: re.Match[str]) -> str:
    helper = Helper.read(match[1])
    text = (helper.lazy if match[3] else helper.text).rstrip("\n")
    return text.replace(f" {match[1]}(", f" {match[2]}(", 1) if match[2] else text


def run(root: Path, case: Case) -> Migration:
    remote = case.options.get("remote_code") != "no"
    return migrate(Settings((root,), case.options.get("to", "hf"), remote_code=remote))


def write(root: Path, texts: dict[str, str], newline: str = "\n") -> Path:
    return grow(root, {path: text.replace("\n", newline).encode() for path, text in texts.items()})


def results(migration: Migration, before: dict[str, str]) -> dict[str, str]:
    """Every file's text after the migration, written or not."""
    return {**before, **{plan.path: plan.after for plan in migration.changed if plan.after is not None}}


def listed(migration: Migration) -> list[tuple[str, str]]:
    return [(f"{each.path}:{each.line}: {each.rule}: ", each.why) for each in migration.leftovers]


def _name(file: Path) -> str:
    return f"{file.parent.name}/{file.stem}"


def _needs_newer(file: Path) -> bool:
    """Whether the case is written in a Python newer than this one (`python: 3.11`)."""
    needed = read_case(file.read_text("utf-8")).options.get("python", "3.9")
    return sys.version_info < tuple(map(int, needed.split(".")))


def _marks(name: str) -> list[pytest.MarkDecorator]:
    return [pytest.mark.xfail(strict=True, reason=KNOWN_BUGS[name])] if name in KNOWN_BUGS else []


CASES = [file for file in ALL_CASES if not _needs_newer(file)]


def known() -> list[object]:
    return [
        pytest.param(file, id=_name(file), marks=_marks(_name(file)))
        for file in CASES
    ]  # fmt: skip


@pytest.mark.parametrize("file", known())
def test_the_case_comes_out_as_written(file: Path, tmp_path: Path) -> None:
    case = read_case(file.read_text("utf-8"))
    migration = run(write(tmp_path, case.before), case)
    after = results(migration, case.before)
    for path in case.after:
        assert after[path] == case.after[path], path
        if path.endswith(".py"):
            compile(after[path], path, "exec")
    found = listed(migration)
    assert len(found) == len(case.leftovers), found
    for line, (place, why) in zip(case.leftovers, found):
        assert line.startswith(place), found
        assert line[len(place) :] in why, found
    tally = migration.tally
    assert tally.uses_found == tally.uses_rewritten + tally.uses_stubbed + tally.uses_left

    for each in migration.leftovers:
        if each.rule != "imports" and "two_on_a_line" not in case.options:
            assert case.before[each.path].splitlines()[each.line - 1] in after[each.path].splitlines(), each

    write(tmp_path, after)
    again = run(tmp_path, case)
    assert not again.changed, "the second run changes something"
    lasting = [each for each in migration.leftovers if each.rule not in LASTING]
    assert listed(again) or not lasting, "what was left is listed again"


@pytest.mark.parametrize("file", [file for file in CASES if _name(file) not in KNOWN_BUGS], ids=_name)
def test_the_case_keeps_its_line_ends(file: Path, tmp_path: Path) -> None:
    case = read_case(file.read_text("utf-8"))
    migration = run(write(tmp_path, case.before, "\r\n"), case)
    before = {path: text.replace("\n", "\r\n") for path, text in case.before.items()}
    assert results(migration, before) == {path: text.replace("\n", "\r\n") for path, text in case.after.items()}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_has_its_cases(rule: str) -> None:
    cases = [read_case(file.read_text("utf-8")) for file in ALL_CASES if file.parent.name == rule]
    assert len(cases) >= 8


def test_two_cases_in_five_change_nothing() -> None:
    cases = [read_case(file.read_text("utf-8")) for file in ALL_CASES]
    assert sum(not case.changes for case in cases) >= 0.4 * len(cases)

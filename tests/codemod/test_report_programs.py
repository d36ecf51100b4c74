"""What other programs read: the JSON contract, SARIF, workflow commands, and where an edit lies."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from codemod import __version__
from codemod.records import Edit, FilePlan, Group, Leftover, Migration
from codemod.report import json_report, sarif
from codemod.report.github import to_github
from codemod.report.positions import places
from tests.codemod.report_sample import empty, sample

ROOT = Path("/r")


def test_json_has_the_keys_of_version_1_and_no_other() -> None:
    data = json_report.to_json(sample())
    assert list(data) == ["version", "tool", "to", "root", "applied", "files", "groups", "summary"]
    assert (data["version"], data["tool"], data["to"]) == (1, __version__, "fastesm2")
    assert (data["root"], data["applied"]) == ("/home/mia/VirNucPro", False)
    for file in data["files"]:
        assert list(file) == ["path", "status", "edits", "leftovers"]
        assert all(list(edit) == ["line", "end_line", "rule", "before", "after"] for edit in file["edits"])
        assert all(list(leftover) == ["line", "rule", "why"] for leftover in file["leftovers"])
    assert all(list(group) == ["id", "files", "status", "why"] for group in data["groups"])
    assert data["summary"] == {
        "files_seen": 62, "candidates": 7, "uses_found": 21, "uses_rewritten": 18, "uses_stubbed": 0,
        "uses_left": 3, "seconds": 0.418,
    }  # fmt: skip


def test_json_lists_files_by_path_and_leftovers_by_line() -> None:
    data = json_report.to_json(sample())
    paths = [file["path"] for file in data["files"]]
    assert paths == sorted(paths)
    scan = next(file for file in data["files"] if file["path"] == "scan/argv_models.py")
    assert [leftover["line"] for leftover in scan["leftovers"]] == [3, 6]


def test_json_says_what_was_and_what_comes() -> None:
    units = next(file for file in json_report.to_json(sample())["files"] if file["path"] == "units.py")
    assert units["edits"][0] == {
        "line": 5, "end_line": 5, "rule": "imports",
        "before": "from esm import FastaBatchedDataset, pretrained",
        "after": "from transformers import AutoModel",
    }  # fmt: skip


def test_json_counts_a_notebooks_lines_in_its_code() -> None:
    file = next(file for file in json_report.to_json(sample())["files"] if file["path"].endswith(".ipynb"))
    assert [(edit["line"], edit["before"]) for edit in file["edits"]][::2] == [
        (1, "import esm"), (3, "model.num_layers"),
    ]  # fmt: skip


def test_json_is_the_same_for_another_order_of_files() -> None:
    first = sample()
    shuffled = Migration(first.root, first.to, first.files[::-1], first.groups[::-1], first.tally, first.notes)
    assert json_report.dumps(shuffled) == json_report.dumps(first)


def test_json_is_ascii_whatever_the_names() -> None:
    text = json_report.dumps(Migration(ROOT, "hf", (FilePlan("caf\udce9/größe.py", "left"),)))
    assert text.isascii()
    assert json.loads(text)["files"][0]["path"] == "caf\udce9/größe.py"


@pytest.mark.parametrize(
    ("text", "start", "stop", "expected"),
    [
        ("a\nimport esm\nb\n", 2, 12, (2, 1, 2, 11)),
        ("a\nimport esm\nb\n", 2, 13, (2, 1, 2, 11)),
        ("a\r\nimport esm\r\nb\r\n", 3, 15, (2, 1, 2, 11)),
        ("a\rimport esm\rb", 2, 12, (2, 1, 2, 11)),
        ("f(\n  x,\n)\n", 0, 9, (1, 1, 3, 2)),
        ("a\n\n\nb", 2, 4, (2, 1, 3, 1)),
        ("x = 1\f\ny", 4, 5, (1, 5, 1, 6)),
        ("", 0, 0, (1, 1, 1, 1)),
        ("a\nb\n", 4, 4, (3, 1, 3, 1)),
    ],
)
def test_an_edit_is_where_an_editor_shows_it(text: str, start: int, stop: int, expected: tuple[int, ...]) -> None:
    plan = FilePlan("a.py", "migrated", text, "?", edits=(Edit(start, stop, "?", "r"),))
    (place,) = places(plan)
    assert (place.line, place.column, place.end_line, place.end_column) == expected


def test_sarif_has_what_the_standard_requires() -> None:
    log = sarif.to_sarif(sample())
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    assert run["tool"]["driver"]["name"]
    for result in run["results"]:
        assert result["message"]["text"]
        assert result["ruleId"] in rules
        assert result["level"] in {"note", "warning", "error"}
        assert_place(result["locations"][0]["physicalLocation"])


def assert_place(place: dict[str, Any]) -> None:
    assert re.fullmatch(r"[\w./%~-]+", place["artifactLocation"]["uri"], re.ASCII)
    assert place["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
    assert ("region" in place) == (not place["artifactLocation"]["uri"].endswith(".ipynb"))
    assert all(number >= 1 for number in place.get("region", {}).values())


def test_sarif_fixes_give_the_planned_text() -> None:
    plan = sample().files[-1]
    results = sarif.to_sarif(Migration(ROOT, "hf", (plan,)))["runs"][0]["results"]
    text = plan.before
    for result in reversed(results):
        (replacement,) = result["fixes"][0]["artifactChanges"][0]["replacements"]
        start, length = replacement["deletedRegion"]["charOffset"], replacement["deletedRegion"]["charLength"]
        text = text[:start] + replacement["insertedContent"]["text"] + text[start + length :]
    assert text == plan.after


def test_sarif_says_only_what_is_left_after_applying() -> None:
    results = sarif.to_sarif(sample(applied=True))["runs"][0]["results"]
    assert len(results) == len(sample().leftovers)
    assert all("fixes" not in result for result in results)


def test_sarif_of_nothing_is_an_empty_run() -> None:
    assert sarif.to_sarif(empty())["runs"][0]["results"] == []
    assert json.loads(sarif.dumps(empty()))["version"] == "2.1.0"


def test_a_leftover_is_a_warning_on_its_line() -> None:
    command = "::warning file=scan/argv_models.py,line=6,endLine=6,title=fair-esm%3A load_model::"
    assert command + "the checkpoint name comes from sys.argv" in to_github(sample()).splitlines()


def test_a_file_that_cannot_be_parsed_is_an_error() -> None:
    (line,) = [line for line in to_github(sample()).splitlines() if "old/broken.py" in line]
    assert line.startswith("::error file=old/broken.py,line=2,")


def test_edits_of_one_line_are_one_annotation() -> None:
    edits = (Edit(0, 1, "x", "imports"), Edit(2, 3, "y", "model_call"), Edit(4, 5, "z", "imports"))
    text = to_github(Migration(ROOT, "hf", (FilePlan("a.py", "migrated", "a b\nc\n", "x y\nz\n", edits=edits),)))
    assert [line.split("::")[1] for line in text.splitlines()] == [
        "notice file=a.py,line=1,endLine=1,title=fair-esm%3A imports, model_call".replace(", m", "%2C m"),
        "notice file=a.py,line=2,endLine=2,title=fair-esm%3A imports",
    ]


def test_no_text_can_make_a_second_command() -> None:
    why = "100 %: a,b\r\n::error::no"
    path = "a,b:c\n::error::x.py"
    plan = FilePlan(path, "left", leftovers=(Leftover(path, 1, "r", why),))
    (line,) = to_github(Migration(ROOT, "hf", (plan,))).splitlines()
    assert line == (
        "::warning file=a%2Cb%3Ac%0A%3A%3Aerror%3A%3Ax.py,line=1,endLine=1,title=fair-esm%3A r"
        "::100 %25: a,b%0D%0A::error::no"
    )


def test_a_notebook_is_annotated_without_a_line_of_its_json() -> None:
    line = next(line for line in to_github(sample()).splitlines() if ".ipynb" in line)
    assert line.startswith("::notice file=notebooks/look around.ipynb,title=fair-esm%3A imports::code line 1: ")


def test_only_what_is_left_is_annotated_after_applying() -> None:
    assert "::notice" not in to_github(sample(applied=True))
    assert to_github(sample(applied=True)).count("::warning") == 4


def test_nothing_found_is_no_annotation() -> None:
    assert to_github(empty()) == ""


def test_a_group_keeps_its_reason() -> None:
    group = Group(1, ("a.py",), "left", "why")
    data = json_report.to_json(Migration(ROOT, "hf", groups=(group,)))
    assert data["groups"] == [{"id": 1, "files": ["a.py"], "status": "left", "why": "why"}]

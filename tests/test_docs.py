"""The README keeps step with the code: commands, rules, checks, targets, options; and the example does what it says."""

from __future__ import annotations

import ast
import builtins
import re
import shlex
from pathlib import Path

import pytest

from codemod.cli import main
from codemod.explain import page, rule_names
from codemod.migrate import Settings, migrate

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
EXAMPLE = ROOT / "tests" / "example"


def section(heading: str) -> str:
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", README, re.DOTALL | re.MULTILINE)
    assert found, f"no section {heading!r}"
    return found[1]


def rows(text: str) -> list[list[str]]:
    """The cells of a table's rows, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[2:]]


def code(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def commands(marker: str) -> list[str]:
    block = re.search(rf"<!-- {marker} -->\s*```sh\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    assert block, f"no block marked {marker}"
    return block[1].splitlines()


def part(rule: str, word: str) -> str:
    """What a rule's docstring says after `Before:` or `After:`."""
    found = re.search(rf"^{word}:(.*?)(?=^After:|^$|\Z)", page(rule), re.DOTALL | re.MULTILINE)
    assert found, f"{rule} has no {word}"
    return " ".join(found[1].split())


def test_each_marked_block_is_one_command() -> None:
    assert all(len(commands(marker)) == 1 for marker in ("install", "test", "example"))
    assert "torch==" in commands("install")[0]


def test_the_example_command_shows_every_proven_change(capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    monkeypatch.chdir(ROOT)
    before = {file: file.read_bytes() for file in EXAMPLE.rglob("*") if file.is_file()}
    words = shlex.split(commands("example")[0])
    assert words[:3] == ["python", "-m", "codemod"]
    assert main(words[3:]) == 0
    shown = capsys.readouterr().out
    assert "embeddings change" in shown
    assert "2048  # 768 (DNABERT-S) + 1280 (FastESM2_650), was 768 + 2560" in shown
    assert before == {file: file.read_bytes() for file in EXAMPLE.rglob("*") if file.is_file()}


@pytest.mark.parametrize("target", ["fastesm2", "hf", "stub"])
def test_no_use_is_left_in_the_example(target: str) -> None:
    migration = migrate(Settings((EXAMPLE,), target))
    assert {"features_extract.py", "units.py", "requirements.txt"} <= {plan.path for plan in migration.changed}
    assert migration.tally.uses_left == 0 < migration.tally.uses_found
    assert ("train.py" in {plan.path for plan in migration.changed}) == (target == "fastesm2")


@pytest.mark.parametrize("target", ["fastesm2", "hf", "stub"])
def test_the_migrated_example_has_no_undefined_name(target: str) -> None:
    """pyflakes cannot tell behind `from units import *`; two modules can be put together."""
    migration = migrate(Settings((EXAMPLE,), target))
    texts = {plan.path: plan.result for plan in migration.files}
    units, features = ast.parse(texts["units.py"]), ast.parse(texts["features_extract.py"])
    known = bound(units) | bound(features) | set(dir(builtins))
    assert "torch" in known
    assert {node.id for node in ast.walk(features) if isinstance(node, ast.Name)} <= known


def bound(tree: ast.Module) -> set[str]:
    """Names that a module's statements, functions and arguments bind."""
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    found |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)} | {"__name__"}
    found |= {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    imports = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    return found | {alias.asname or alias.name for node in imports for alias in node.names}


def test_every_rule_has_a_row_and_every_row_a_rule() -> None:
    assert sorted(code(name)[0] for name, *_ in rows(section("What is rewritten"))) == rule_names()


@pytest.mark.parametrize("row", rows(section("What is rewritten")), ids=lambda row: code(row[0])[0])
def test_a_row_says_what_the_docstring_says(row: list[str]) -> None:
    name, before, after = row
    (rule,) = code(name)
    assert code(before) == code(part(rule, "Before"))
    assert set(code(after)) <= set(code(part(rule, "After")))
    assert code(after)


def test_every_target_has_a_row() -> None:
    table = [code(name)[0] for name, *_ in rows(section("Migrate your repository"))]
    assert table == ["fastesm2", "hf", "stub"]


def test_every_check_has_a_row_and_every_row_a_check() -> None:
    files = (ROOT / "validation" / "checks").glob("env_*.py")
    named = {"ENV-" + file.stem.split("_")[1] for file in files}
    assert {name for name, *_ in rows(section("Validate"))} == named


def test_every_option_is_in_the_readme(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help", "--version", "--jobs", "--quiet"}
    assert len(options) > 10
    assert not [option for option in sorted(options) if option not in README]


def test_the_map_names_every_part_with_its_first_line() -> None:
    inside = ROOT / "codemod"
    parts = [*inside.glob("*/__init__.py"), *inside.glob("[!_]*.py"), inside / "__main__.py"]
    first = {each.parent.name if each.stem == "__init__" else each.stem: each.read_text("utf-8") for each in parts}
    told = {code(name)[0]: text.replace("\\|", "|") for name, text in rows(section("Where things are"))}
    assert told == {name: (ast.get_docstring(ast.parse(text)) or "").splitlines()[0] for name, text in first.items()}


def test_links_and_pictures_lead_somewhere() -> None:
    headings = re.findall(r"^#+ (.*)$", README, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in headings}
    targets = re.findall(r"\]\(([^)\s]+)\)", README)
    assert targets
    for target in targets:
        if target.startswith("#"):
            assert target[1:] in anchors, target
        elif not target.startswith("https://"):
            assert (ROOT / target).exists(), target


def test_the_picture_is_of_the_example_command() -> None:
    picture = (ROOT / ".github" / "preview.svg").read_text("utf-8")
    assert commands("example")[0] in picture
    assert "3328" in picture


def test_the_version_has_its_entry() -> None:
    from codemod import __version__

    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")

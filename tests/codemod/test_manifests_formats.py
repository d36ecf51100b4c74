"""What holds for every dependency file: names, damage, generated files, readers on their own."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemod.manifests.check import checked, edited, tomllib
from codemod.manifests.entry import FAIR_ESM, normalised, requirement
from codemod.manifests.names import is_manifest
from codemod.manifests.needs import Needs, needs_of
from codemod.manifests.registry import declared, plan_manifest
from codemod.manifests.toml_spans import Value, pairs
from codemod.records import Edit, Leftover

PATHS = [
    "requirements.txt", "pyproject.toml", "pixi.toml", "Pipfile", "setup.py", "setup.cfg", "settings.ini",
    "environment.yml", "Dockerfile", "run.sh", "poetry.lock", ".gitmodules",
]  # fmt: skip


def migrated(path: str, text: str, to: str = "hf", keep: bool = False) -> str:
    decisions = plan_manifest(path, text, needs_of(to), keep)
    return edited(text, [decision for decision in decisions if isinstance(decision, Edit)])


@pytest.mark.parametrize(
    "path",
    [
        *PATHS,
        "requirements-dev.txt", "requirements/gpu.in", "docs/requirements.txt", "constraints.txt", "se3.yml",
        "docker/Dockerfile.gpu", "gpu.Dockerfile", "Makefile", ".github/workflows/ci.yaml", "Pipfile.lock", "uv.lock",
    ],
)  # fmt: skip
def test_a_dependency_file_is_known_by_its_name(path: str) -> None:
    assert is_manifest(path)


@pytest.mark.parametrize(
    "path",
    ["README.md", "train.py", "notes.txt", "requirements.py", "setup.ipynb", "data.json", "models.toml"],
)
def test_any_other_file_is_none(path: str) -> None:
    assert not is_manifest(path)
    assert list(plan_manifest(path, "fair-esm==2.0.0\n", needs_of("hf"), keep=False)) == []
    assert declared(path, "transformers==4.30.0\n", "transformers") is None


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "\ufeff",
        "fair-esm",
        "\x00fair-esm\x00",
        "[[[[ fair-esm",
        "a = [\n" * 2000 + "'fair-esm'",
        "x = " + "[" * 5000 + "'fair-esm'",
        "(" * 5000 + "fair-esm",
        "fair-esm \\",
        "- fair-esm:\n  -\n- pip:\n",
        "RUN pip install \\\n",
        "pip install 'fair-esm",
        "é" * 50 + "fair-esm==\n",
    ],
    ids=range(14),
)
def test_damaged_text_never_raises_and_never_comes_out_worse(path: str, text: str) -> None:
    after = migrated(path, text)
    assert migrated(path, after) == after
    assert "fair-esm" in after or len(after) < len(text) + 400


@pytest.mark.parametrize("path", PATHS)
def test_a_file_without_fair_esm_is_left(path: str) -> None:
    text = 'esm==3.0.0\ntorch\ninstall_requires = ["transformers"]\npip install esm transformers\n'
    assert list(plan_manifest(path, text, needs_of("hf"), keep=False)) == []


@pytest.mark.parametrize("name", ["fair-esm", "fair_esm", "Fair.ESM", "fair--esm", "FAIR-ESM"])
@pytest.mark.parametrize("rest", ["", "==2.0.0", "[esmfold]", " [esmfold] >= 1.0, < 3", " ; python_version < '4'"])
def test_every_spelling_is_fair_esm(name: str, rest: str) -> None:
    entry = requirement(name + rest, 0, len(name + rest))
    assert entry is not None
    assert entry.name == FAIR_ESM


@pytest.mark.parametrize(
    "text",
    [
        "esm", "esm==3.0.0", "fairesm", "fair-esm2", "my-fair-esm", "fair-esm-tools", "fair-esm/models", "./fair-esm",
        "git+https://github.com/evolutionaryscale/esm.git", "git+https://github.com/facebookresearch/esmfold",
        "https://example.org/fair-esm",
    ],
)  # fmt: skip
def test_no_look_alike_is_fair_esm(text: str) -> None:
    entry = requirement(text, 0, len(text))
    assert entry is None or entry.name != FAIR_ESM


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("requirements.txt", "transformers==4.30.0 ; python_version > '3'\n", "==4.30.0"),
        ("requirements.txt", "transformers[torch] >= 4.36, < 5\n", ">= 4.36,< 5"),
        ("requirements.txt", "Transformers\n", ""),
        ("requirements.txt", "sentence-transformers\n# transformers==4.30.0\n", None),
        ("requirements.txt", "transformers @ git+https://github.com/huggingface/transformers\n", None),
        ("environment.yml", "dependencies:\n  - transformers=4.40\n", "==4.40.*"),
        ("pyproject.toml", '[tool.poetry.dependencies]\ntransformers = "^4.26.1"\n', ">=4.26.1,<5"),
        ("pyproject.toml", '[project]\ndependencies = ["transformers>=4.36"]\n', ">=4.36"),
        ("setup.py", 'setup(install_requires=["transformers<5"])\n', "<5"),
        ("Dockerfile", "RUN pip install 'transformers==4.45.2'\n", "==4.45.2"),
        ("poetry.lock", 'name = "transformers"\n', None),
    ],
)
def test_the_transformers_a_manifest_declares(path: str, text: str, expected: str) -> None:
    assert declared(path, text, "transformers") == expected


REQUIREMENT = st.sampled_from(
    ["numpy", "torch>=2.0", "transformers==4.45.2", "fair-esm==2.0.0", "Fair_ESM[esmfold]", "esm==3.0.0", "# fair-esm",
     "-r base.txt", "", "git+https://github.com/facebookresearch/esm.git", "x ; python_version<'3.9'  # fair-esm"]
)  # fmt: skip


@given(st.lists(REQUIREMENT, max_size=8), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_lines_that_are_not_fair_esm_come_through_in_order(rows: list[str], end: str, final: bool) -> None:
    text = end.join(rows) + end * final
    after = migrated("requirements.txt", text, "stub")
    gone = ("fair-esm==", "Fair_ESM", "git+")
    assert after.split(end) == [row for row in text.split(end) if not row.startswith(gone)] or after in ("", end)
    assert migrated("requirements.txt", after, "stub") == after


@given(st.lists(REQUIREMENT.filter(lambda row: "#" not in row and not row.startswith("-r")), max_size=6))
def test_a_list_of_requirements_loses_fair_esm_and_nothing_else(rows: list[str]) -> None:
    names = [row for row in rows if row and "facebookresearch" not in row and normalised(row[:8]) != FAIR_ESM]
    literal = ", ".join(map(ast.unparse, map(ast.Constant, rows)))
    broken = "".join(f"    {ast.unparse(ast.Constant(row))},  # why\n" for row in rows)
    for items in (literal, f"\n{broken}"):
        text = f"[project]\ndependencies = [{items}]\n"
        assert tomllib.loads(migrated("pyproject.toml", text, "stub"))["project"]["dependencies"] == [
            row for row in rows if not row or row in names
        ]
        code = ast.parse(migrated("setup.py", f"needed = [{items}]\n", "stub")).body[0]
        assert isinstance(code, ast.Assign)
        assert ast.literal_eval(code.value) == [row for row in rows if not row or row in names]


def toml_text(text: str, value: Value) -> Any:
    return tomllib.loads(f"x = {text[value.start : value.stop]}\n")["x"]


def test_spans_of_toml_are_what_tomllib_reads() -> None:
    text = (
        "# top\nbare = 1  # one\n\"quoted key\" = 'literal # no comment'\n"
        + 'a."b.c".d = [ # x\n  1, [2, 3], # y\n  {z = "]"},\n]\n'
        + '[t.u]\nlong = """\n"x" \\\n]"""\nlit = \'\'\'a\n[b]\'\'\'\n'
        + "when = 2020-01-01 10:00:00\nempty = []\nnone = {}\n"
        + "[[rows]]\nn = { version = \"^1\", optional = true, extras = ['a'] }\n"
    )
    document = tomllib.loads(text)
    found = list(pairs(text))
    assert len(found) == 9
    for pair in found:
        held: Any = document
        for key in pair.path:
            held = held[key] if isinstance(held, dict) else held[0][key]
        assert toml_text(text, pair.value) == held
        assert len(pair.value.items) == (len(held) if isinstance(held, list) else 0)


def test_needs_given_by_hand_are_followed() -> None:
    needs = Needs("hf", ("transformers>=9", "safetensors"), accepts=("transformers!=4.30.*",))
    decisions = list(plan_manifest("requirements.txt", "fair-esm\ntransformers==4.29.0\n", needs, keep=False))
    assert edited("fair-esm\ntransformers==4.29.0\n", [d for d in decisions if isinstance(d, Edit)]) == (
        "safetensors\ntransformers==4.29.0\n"
    )


def test_a_leftover_names_the_file_the_line_and_the_rule() -> None:
    found = list(plan_manifest("env/a.yml", "dependencies:\n- pip:\n  - fair-esm\n", Needs("stub"), keep=True))
    assert found == [Leftover("env/a.yml", 3, "dependencies", "fair-esm stays declared: this repository still uses it")]


@pytest.mark.parametrize(("path", "text"), [("pyproject.toml", "a = [1]\nb = 2\n"), ("setup.py", "a = [1]\nb = 2\n")])
def test_an_edit_that_breaks_the_file_is_listed_instead(path: str, text: str) -> None:
    found = list(checked(path, text, [Edit(6, 7, "", "dependencies"), Edit(12, 13, "3", "dependencies")]))
    assert [(leftover.line, "would not parse" in leftover.why) for leftover in found] == [(1, True), (2, True)]

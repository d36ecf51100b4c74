"""Copies of fair-esm inside a repository: as released they are fair-esm, changed they are left, file by file named."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from codemod.migrate import Settings, migrate
from codemod.program.releases import LANGUAGE_MODEL_FILES, digest, is_released
from codemod.records import Migration

PROGRAM = """{imports}

model, alphabet = pretrained.esm2_t6_8M_UR50D()
model.eval()
"""


def package() -> Path:
    """The files of the installed fair-esm; they are read, never imported."""
    spec = importlib.util.find_spec("esm")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def repository(root: Path, copy: str, imports: str, ends: bytes = b"\n") -> Path:
    shutil.copytree(package(), root / copy, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (root / copy).rglob("*.py"):
        file.write_bytes(file.read_bytes().replace(b"\n", ends))
    (root / "run.py").write_text(PROGRAM.format(imports=imports))
    return root


def setup(folder: Path, name: str) -> None:
    (folder / "setup.py").write_text(f'from setuptools import setup\n\nsetup(name="{name}")\n')


def found(root: Path) -> Migration:
    return migrate(Settings((root,), "hf"))


def why(migration: Migration) -> str:
    return "\n".join(leftover.why for file in migration.files for leftover in file.leftovers)


def test_the_installed_release_is_known() -> None:
    files = [name for name in LANGUAGE_MODEL_FILES if (package() / name).exists()]
    assert len(files) >= 11
    assert [name for name in files if not is_released(name, (package() / name).read_text())] == []


def test_a_digest_is_blind_to_line_ends_only() -> None:
    assert digest("a\r\nb\r\n") == digest("a\nb\n") != digest("a\nb")


@pytest.mark.parametrize(
    ("copy", "imports"),
    [("esm", "from esm import pretrained"), ("esm", "import esm.pretrained as pretrained"),
     ("models/esm", "from models.esm import pretrained"), ("lib/esm", "import lib.esm.pretrained as pretrained")],
)  # fmt: skip
@pytest.mark.parametrize("ends", [b"\n", b"\r\n"])
def test_users_of_a_released_copy_migrate(tmp_path: Path, copy: str, imports: str, ends: bytes) -> None:
    migration = found(repository(tmp_path, copy, imports, ends))
    assert [file.path for file in migration.files if file.edits] == ["run.py"]
    program = next(file for file in migration.files if file.path == "run.py").after
    assert program is not None
    assert "facebook/esm2_t6_8M_UR50D" in program
    assert imports not in program
    assert any("copy of fair-esm" in note for note in migration.notes)


@pytest.mark.parametrize("name", ["modules.py", "model/esm2.py", "data.py", "__init__.py"])
@pytest.mark.parametrize("imports", ["from esm import pretrained", "import esm.pretrained as pretrained"])
def test_users_of_a_changed_copy_are_left(tmp_path: Path, name: str, imports: str) -> None:
    root = repository(tmp_path, "esm", imports)
    with (root / "esm" / name).open("a") as file:
        file.write("\nSCALE = 2\n")
    migration = found(root)
    assert not any(file.edits for file in migration.files)
    assert f"esm/, changed in {name}" in why(migration)


def test_a_changed_copy_without_an_init_is_left(tmp_path: Path) -> None:
    root = repository(tmp_path, "esm", "from esm import pretrained")
    (root / "esm" / "__init__.py").unlink()
    (root / "esm" / "modules.py").write_text("gelu = None\n")
    migration = found(root)
    assert not any(file.edits for file in migration.files)
    assert "changed in modules.py" in why(migration)


def test_a_changed_copy_deeper_down_is_left(tmp_path: Path) -> None:
    root = repository(tmp_path, "models/esm", "from models.esm import pretrained")
    (root / "models/esm/model/esm2.py").write_text("class ESM2: ...\n")
    migration = found(root)
    assert not any(file.edits for file in migration.files)
    assert "models/esm/, changed in model/esm2.py" in why(migration)


def test_what_fair_esm_never_had_is_no_change(tmp_path: Path) -> None:
    root = repository(tmp_path, "esm", "from esm import pretrained")
    (root / "esm" / "extract.py").write_text("print('a script of their own')\n")
    (root / "esm" / "inverse_folding" / "util.py").write_text("changed = True\n")
    assert [file.path for file in found(root).files if file.edits] == ["run.py"]


def test_the_copy_itself_is_never_edited(tmp_path: Path) -> None:
    root = repository(tmp_path, "esm", "from esm import pretrained")
    assert not any(file.path.startswith("esm/") and file.edits for file in found(root).files)


def test_the_tests_of_a_whole_checkout_are_left_and_its_users_migrate(tmp_path: Path) -> None:
    root = repository(tmp_path, "third/esm", "from esm import pretrained")
    setup(root / "third", "fair-esm")
    (root / "third" / "tests").mkdir()
    (root / "third" / "tests" / "test_it.py").write_text(PROGRAM.format(imports="from esm import pretrained"))
    migration = found(root)
    assert [file.path for file in migration.files if file.edits] == ["run.py"]
    assert "third/ is a checkout of fair-esm itself" in why(migration)


def test_fair_esm_itself_is_left(tmp_path: Path) -> None:
    root = repository(tmp_path, "esm", "from esm import pretrained")
    setup(root, "fair-esm")
    migration = found(root)
    assert not any(file.edits for file in migration.files)
    assert "./ is a checkout of fair-esm itself" in why(migration)


def test_a_setup_of_their_own_above_the_copy_makes_no_checkout(tmp_path: Path) -> None:
    root = repository(tmp_path, "esm", "from esm import pretrained")
    setup(root, "mine")
    assert [file.path for file in found(root).files if file.edits] == ["run.py"]

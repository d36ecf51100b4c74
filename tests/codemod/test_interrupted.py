"""What every action says and does in a tree where an `--apply` was killed half way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codemod.applying.keeping import interrupted
from codemod.cli import main
from tests.codemod.trees import Photo, commit, fast_disk, grow, killed, photograph

__all__ = ["fast_disk"]
pytestmark = pytest.mark.usefixtures("fast_disk")

USE = b"import esm\nmodel, alphabet = esm.pretrained.esm2_t6_8M_UR50D()\n"
FILES = {"a.py": USE, "b.py": USE + b"model.eval()\n", "c.py": USE + b"model.train()\n"}


def apply(root: Path) -> int:
    return main([str(root), "--apply", "--to", "hf", "--quiet", "--allow-dirty"])


def programs(root: Path) -> Photo:
    return {path: content for path, content in photograph(root).items() if path.endswith(".py")}


@pytest.fixture(params=["git", "no git"])
def half_done(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A tree in which some files are migrated, some are not, and the journal stands."""
    tree = (commit if request.param == "git" else grow)(tmp_path / "tree", FILES)
    for at in range(100):
        if not killed(lambda: apply(tree), at):
            break
        changed = sum((tree / name).read_bytes() != content for name, content in FILES.items())
        if interrupted(tree) and 0 < changed < len(FILES):
            return tree
        main([str(tree), "--undo"]) if changed or interrupted(tree) else None
    raise AssertionError("no call at which a kill leaves a mixture")


def test_a_preview_says_so_in_one_line_and_touches_nothing(
    half_done: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = photograph(half_done)
    capfd.readouterr()
    assert main([str(half_done), "--to", "hf", "--json", "-"]) == 0
    out, err = capfd.readouterr()
    said = [line for line in err.splitlines() if line.startswith("codemod: an earlier --apply was interrupted")]
    assert len(said) == 1
    assert "--undo" in said[0]
    assert "--apply" in said[0]
    assert json.loads(out)["applied"] is False
    assert photograph(half_done) == before


def test_a_check_says_so_and_is_1_even_where_nothing_else_is_found(
    half_done: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    grow(half_done, dict.fromkeys(FILES, b"x = 1\n"))
    capfd.readouterr()
    assert main([str(half_done), "--check", "--quiet"]) == 1
    assert len(capfd.readouterr().err.splitlines()) == 1


def test_undo_takes_it_back(half_done: Path) -> None:
    assert main([str(half_done), "--undo"]) == 0
    assert {name: (half_done / name).read_bytes() for name in FILES} == FILES
    assert not interrupted(half_done)


def test_apply_takes_it_back_and_starts_again(half_done: Path, capfd: pytest.CaptureFixture[str]) -> None:
    capfd.readouterr()
    assert apply(half_done) == 0
    assert capfd.readouterr().err.splitlines() == ["codemod: an interrupted run was taken back in 3 files"]
    assert all(b"esm.pretrained" not in (half_done / name).read_bytes() for name in FILES)
    assert main([str(half_done), "--undo"]) == 0
    assert {name: (half_done / name).read_bytes() for name in FILES} == FILES


@pytest.mark.parametrize("action", ["--undo", "--apply"])
def test_a_file_edited_since_stops_either_and_is_named(
    action: str, half_done: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    grow(half_done, {"b.py": b"mine\n"})
    before = programs(half_done)
    capfd.readouterr()
    assert main([str(half_done), action, "--allow-dirty"]) == 2
    assert "b.py" in capfd.readouterr().err
    assert programs(half_done) == before


@pytest.mark.parametrize("whole", [False, True], ids=["never applied", "applied"])
def test_nothing_is_said_of_a_tree_that_is_whole(
    whole: bool, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    tree = grow(tmp_path, FILES)
    if whole:
        apply(tree)
    capfd.readouterr()
    assert main([str(tree), "--check", "--to", "hf", "--quiet"]) == int(not whole)
    assert capfd.readouterr().err == ""

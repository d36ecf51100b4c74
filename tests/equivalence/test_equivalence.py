"""Every program gives the same answer before and after its migration; what would not be the same is noticed."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("safetensors")
transformers = pytest.importorskip("transformers")
pytest.importorskip("esm.pretrained", reason="needs fair-esm", exc_type=ImportError)

from tests.equivalence.run import HARDER, Program, Proof, programs, prove  # noqa: E402

#: Wrong by itself: batches with padding and `<mask>`; a migrated program may refuse to run there, never differ.
WRONG_BY_ITSELF = (4, 56) <= tuple(map(int, transformers.__version__.split(".")[:2])) < (5, 3)
CONTROLS = Path(__file__).parent / "controls"


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Proof:
    return prove(tmp_path_factory.mktemp("programs"), programs())


@pytest.fixture(scope="module")
def harder(tmp_path_factory: pytest.TempPathFactory) -> Proof:
    return prove(tmp_path_factory.mktemp("harder"), programs(HARDER))


@pytest.fixture(scope="module")
def controls(tmp_path_factory: pytest.TempPathFactory) -> Proof:
    return prove(tmp_path_factory.mktemp("controls"), programs(CONTROLS), migrate=_by_hand)


@pytest.mark.parametrize("name", [program.name for program in programs()])
def test_migrated_program_gives_the_same_answer(proof: Proof, name: str) -> None:
    (verdict,) = [verdict for verdict in proof.verdicts if verdict.program == name]
    allowed = {"same", "refused"} if WRONG_BY_ITSELF else {"same"}
    assert verdict.outcome in allowed, str(verdict)
    assert verdict.outcome == "refused" or verdict.floats > 0


@pytest.mark.parametrize("name", [program.name for program in programs(HARDER)])
def test_a_program_that_may_be_left_works_as_before(harder: Proof, name: str) -> None:
    (verdict,) = [verdict for verdict in harder.verdicts if verdict.program == name]
    allowed = {"same", "left", "refused"} if WRONG_BY_ITSELF else {"same", "left"}
    assert verdict.outcome in allowed, str(verdict)
    assert verdict.outcome == "refused" or verdict.floats > 0


@pytest.mark.parametrize("program", programs(CONTROLS), ids=lambda program: program.name)
def test_a_wrong_migration_is_noticed(controls: Proof, program: Program) -> None:
    (verdict,) = [verdict for verdict in controls.verdicts if verdict.program == program.name]
    outcome, _, problem = (program.folder / "expected.txt").read_text().strip().partition(":")
    assert verdict.outcome == outcome, str(verdict)
    assert problem.strip() in "\n".join(verdict.problems)


def _by_hand(folders: Sequence[Path], scratch: Path) -> dict[str, list[str]]:
    """In place of the tool: the wrong migration that lies beside each control."""
    for folder in folders:
        shutil.copy(folder / "wrong.txt", folder / "program.py")
    return {folder.name: [] for folder in folders}

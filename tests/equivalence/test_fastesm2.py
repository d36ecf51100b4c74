"""What `--to fastesm2` emits runs on FastESM2's interface and, given the same weights, gives the same numbers."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("safetensors")
pytest.importorskip("transformers")
pytest.importorskip("esm.pretrained", reason="needs fair-esm", exc_type=ImportError)

from tests.equivalence.fast_twin import NAME, write_fast_twin
from tests.equivalence.run import Proof, apply_codemod, programs, prove
from validation.equivalence.twins import write_twins

FOLDER = Path(__file__).parent / "fastesm2"
#: Programs whose model runs in float32, and so must agree to the last digits; float16 is this far off at most.
EXACT = ("fine_tuned", "parts")
HALF = 5e-2


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Proof:
    scratch = tmp_path_factory.mktemp("fastesm2")
    write_fast_twin(write_twins(scratch / "twins", [NAME]))
    return prove(scratch, programs(FOLDER), migrate=partial(apply_codemod, to="fastesm2"))


@pytest.mark.parametrize("name", [program.name for program in programs(FOLDER)])
def test_the_same_weights_give_the_same_answer(proof: Proof, name: str) -> None:
    (verdict,) = [verdict for verdict in proof.verdicts if verdict.program == name]
    found = [difference for each in verdict.artefacts for difference in each.differences]
    rounded = [each for each in found if each.off is not None and each.off <= HALF and name not in EXACT]
    assert set(verdict.problems) == {str(each) for each in rounded}, str(verdict)
    assert verdict.floats > 0

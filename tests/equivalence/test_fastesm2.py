"""What `--to fastesm2` emits runs on FastESM2's interface and, given the same weights, gives the same numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("safetensors")
pytest.importorskip("transformers")
pytest.importorskip("esm.pretrained", reason="needs fair-esm", exc_type=ImportError)

from tests.equivalence.fast_twin import prove_fast
from tests.equivalence.made_up.grammar import write_programs
from tests.equivalence.run import FASTESM2, Proof, programs

#: Programs whose model runs in float32, and so must agree to the last digits; float16 is this far off at most.
EXACT = ("fine_tuned", "parts")
HALF = 5e-2
COUNT, SEED = 10, 5


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Proof:
    return prove_fast(tmp_path_factory.mktemp("fastesm2"), programs(FASTESM2), exactly=False)


def test_programs_drawn_at_random_agree_in_float32(tmp_path: Path) -> None:
    proof = prove_fast(tmp_path / "proof", write_programs(tmp_path / "programs", COUNT, SEED, "fastesm2"))
    wrong = [str(each) for each in proof.verdicts if each.outcome not in ("same", "left", "broken")]
    assert not wrong, "\n".join(wrong)
    assert sum(each.outcome == "same" for each in proof.verdicts) >= COUNT // 3


@pytest.mark.parametrize("name", [program.name for program in programs(FASTESM2)])
def test_the_same_weights_give_the_same_answer(proof: Proof, name: str) -> None:
    (verdict,) = [verdict for verdict in proof.verdicts if verdict.program == name]
    found = [difference for each in verdict.artefacts for difference in each.differences]
    rounded = [each for each in found if each.off is not None and each.off <= HALF and name not in EXACT]
    assert set(verdict.problems) == {str(each) for each in rounded}, str(verdict)
    assert verdict.floats > 0

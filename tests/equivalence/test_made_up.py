"""A few programs drawn at random, the same in every run: what is migrated computes the same, what is left works on.

Many more, with other seeds: `python -m tests.equivalence --made-up COUNT SEED`.
"""

from __future__ import annotations

from pathlib import Path

from tests.equivalence.made_up.grammar import SHAPES, write_programs
from tests.equivalence.run import prove

COUNT, SEED = 16, 7


def test_programs_drawn_at_random_compute_the_same_before_and_after(tmp_path: Path) -> None:
    proof = prove(tmp_path / "proof", write_programs(tmp_path / "programs", COUNT, SEED))
    fine = ("same", "left", "broken")  # some are broken from the start: an index too far, tensors of inference mode
    wrong = [str(each) for each in proof.verdicts if each.outcome not in fine]
    assert not wrong, "\n".join(wrong)
    assert sum(each.outcome == "same" for each in proof.verdicts) >= COUNT // 2


def test_the_same_seed_draws_the_same_programs(tmp_path: Path) -> None:
    drawn = [write_programs(tmp_path / name, 40, SEED) for name in ("one", "other")]
    texts = [[path.read_text() for each in side for path in sorted(each.folder.rglob("*.*"))] for side in drawn]
    assert texts[0] == texts[1]
    assert len(set(texts[0])) > 40
    assert len(SHAPES) > 5

"""Write programs: the same seed draws the same ones."""

from __future__ import annotations

import random
from pathlib import Path

from tests.equivalence.made_up.drawing import Drawing
from tests.equivalence.made_up.shapes import SHAPES
from tests.equivalence.run import Program


def write_programs(folder: Path, count: int, seed: int, to: str = "hf") -> list[Program]:
    """So many programs, each in a folder of its own that says how to run it; of words that go `to` this."""
    chances = [random.Random(f"{seed} {number}") for number in range(count)]
    return [_write(folder / f"made_up_{seed}_{number}", Drawing(each, to), each) for number, each in enumerate(chances)]


def _write(folder: Path, drawing: Drawing, chance: random.Random) -> Program:
    folder.mkdir(parents=True)
    for path, text in chance.choice(SHAPES)(drawing).items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    (folder / "command.txt").write_text("program.py {out}/found.pt\n", "utf-8")
    return Program(folder)

"""FastESM2_650's interface around the weights of a fair-esm twin, where the migrated program looks for it.

The published FastESM2_650 has other weights; with the same ones it is the same function (FAIR_ESM.md, section 5), so
that a wrong layer, path, mask or dtype of what `--to fastesm2` emits shows in the numbers. In float32 they agree but
for the last digits.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from safetensors.torch import load_file, save_file

from codemod.rules._where import FASTESM2, REVISION
from tests.equivalence.run import Program, Proof, apply_codemod, prove
from validation.equivalence.twins import HEADS, WIDTH, Twins, write_tokenizer, write_twins
from validation.reference import Shape
from validation.synthetic import code_file, config, frequencies
from validation.weights import expected_shapes

NAME = "esm2_t33_650M_UR50D"
SHAPE = Shape(hidden=WIDTH, layers=33, heads=HEADS, feed_forward=4 * WIDTH)


def write_fast_twin(twins: Twins) -> Path:
    """Write it beside the twins of NAME, which must be there."""
    stored = load_file(twins.snapshot(NAME) / "model.safetensors")
    wanted = expected_shapes(SHAPE)
    tensors = {name: stored[name] for name in wanted if name in stored}
    rounded = frequencies(SHAPE).half().float()  # as fair-esm's files have them, FastESM2_650's has not
    tensors.update({name: rounded.clone() for name in wanted if name.endswith("inv_freq")})
    assert tensors.keys() == wanted.keys(), sorted(wanted.keys() - tensors.keys())
    folder = twins.hf_home / "hub" / f"models--{FASTESM2.replace('/', '--')}" / "snapshots" / REVISION
    folder.mkdir(parents=True)
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    (folder / "config.json").write_text(json.dumps(config(SHAPE)))
    shutil.copy(code_file(), folder / "modeling_fastesm.py")
    write_tokenizer(folder)
    return folder


def prove_fast(scratch: Path, chosen: Sequence[Program], python: str = sys.executable, exactly: bool = True) -> Proof:
    """Prove programs with `--to fastesm2`; `exactly` makes what is migrated run in float32 where it says float16."""
    write_fast_twin(write_twins(scratch / "twins", [NAME]))

    def migrate(folders: Sequence[Path], scratch: Path) -> dict[str, list[str]]:
        problems = apply_codemod(folders, scratch, to="fastesm2")
        for path in (path for folder in folders if exactly for path in folder.rglob("*.py")):
            path.write_text(path.read_text("utf-8").replace("torch.float16", "torch.float32"), "utf-8")
        return problems

    return prove(scratch, chosen, python, migrate)

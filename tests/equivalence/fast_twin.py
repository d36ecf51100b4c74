"""FastESM2_650's interface around the weights of a fair-esm twin, where the migrated program looks for it.

The published FastESM2_650 has other weights; with the same ones it is the same function (FAIR_ESM.md, section 5), so
that a wrong layer, path, mask or dtype of what `--to fastesm2` emits shows in the numbers.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from safetensors.torch import load_file, save_file

from codemod.rules._where import FASTESM2, REVISION
from validation.equivalence.twins import HEADS, WIDTH, Twins, write_tokenizer
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
    tensors.update({name: frequencies(SHAPE) for name in wanted if name.endswith("inv_freq")})
    assert tensors.keys() == wanted.keys(), sorted(wanted.keys() - tensors.keys())
    folder = twins.hf_home / "hub" / f"models--{FASTESM2.replace('/', '--')}" / "snapshots" / REVISION
    folder.mkdir(parents=True)
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    (folder / "config.json").write_text(json.dumps(config(SHAPE)))
    shutil.copy(code_file(), folder / "modeling_fastesm.py")
    write_tokenizer(folder)
    return folder

"""Convert one checkpoint: read, infer, write beside its place, verify, then put in place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from codemod.convert import compare
from codemod.convert.folder import new_folder, refuse_taken, unused, write
from codemod.convert.form import Form, infer
from codemod.convert.keymap import rename
from codemod.convert.needs import require
from codemod.convert.reading import read
from codemod.convert.verify import check_file, check_model


@dataclass(frozen=True)
class Conversion:
    """What was written, and how far it is from fair-esm's numbers (None: not compared)."""

    out: Path
    form: Form
    tensors: int
    differences: Optional[dict[str, float]]


def convert(checkpoint: Path, out: Path, heads: Optional[int] = None, run: bool = True) -> Conversion:
    """Write the transformers folder `out` for a fair-esm ESM-2, ESM-1b or ESM-1v checkpoint.

    `heads` is asked for only where neither the file nor the published sizes tell it. `run=False` compares tensors but
    runs no model. Raises UnusableInput (nothing is written) for a file that is no such checkpoint or an `out` that is
    taken, and NotTheSame (nothing is kept) where the result is not the same model.
    """
    refuse_taken(out)
    require()
    source = read(checkpoint)
    form = infer(source, heads)
    tensors = rename(source, form)
    with new_folder(out) as folder:
        written = {**tensors, **unused(form)}
        write(folder, form, written)
        check_file(folder, written)
        check_model(folder, form, written)
        found = compare.differences(checkpoint, folder, form) if run else None
    return Conversion(out, form, len(tensors), found)

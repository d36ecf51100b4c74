"""`python -m codemod convert`: arguments in, what was written and how it was proven out.

0 converted and verified, 1 the result is not the same model, 2 nothing was done and why is said in one line.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from codemod.convert.verify import NotTheSame
from codemod.convert.wording import shown
from codemod.errors import UnusableInput

if TYPE_CHECKING:
    from codemod.convert.convert import Conversion

_DESCRIPTION = """A fair-esm ESM-2, ESM-1b or ESM-1v checkpoint as a folder for transformers' from_pretrained, verified
after writing. The contact regression (NAME-contact-regression.pt) is taken along where it lies beside it."""


def main(argv: Sequence[str]) -> int:
    options = _parser().parse_args(list(argv))
    from codemod.convert.convert import convert

    try:
        done = convert(options.checkpoint, options.out, options.heads, not options.no_run)
    except UnusableInput as error:
        return _said(error, 2)
    except OSError as error:
        return _said(f"{shown(options.out)} cannot be written: {error}", 2)
    except NotTheSame as error:
        return _said(f"{error}; {shown(options.out)} was not written", 1)
    print("\n".join(_report(options.checkpoint, done)))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="codemod convert", description=_DESCRIPTION)
    parser.add_argument("checkpoint", type=Path, metavar="CHECKPOINT.pt", help="a fair-esm download or a state dict")
    parser.add_argument("out", type=Path, metavar="OUT_DIR", help="a new or empty folder")
    parser.add_argument("--heads", type=int, metavar="N", help="attention heads, where the file does not tell")
    parser.add_argument("--no-run", action="store_true", help="compare tensors, run no model (for want of memory)")
    return parser


def _said(message: object, code: int) -> int:
    print(f"codemod convert: {message}", file=sys.stderr)
    return code


def _report(checkpoint: Path, done: Conversion) -> Iterator[str]:
    import transformers

    from codemod.convert.compare import affected, told

    form = done.form
    yield f"{shown(checkpoint)}: {form.family}, {form.layers} layers, width {form.width}, {form.heads} attention heads"
    yield f"{shown(done.out)}: written; all {done.tensors} tensors equal, in the file and as transformers loads it"
    if done.differences is None:
        yield "against fair-esm: not compared (fair-esm is not installed, or --no-run)"
    else:
        yield f"against fair-esm, largest difference: {told(done.differences)}"
    if not form.contacts:
        yield "contacts are missing (no contact regression in or beside the file): predict_contacts would be random"
    if affected(transformers.__version__):
        yield f"transformers {transformers.__version__} is wrong for <mask> in padded batches: use >= 5.3 or < 4.56"

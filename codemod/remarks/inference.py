"""Inference mode: what is computed in it cannot be kept for gradients, but a copy can.

fair-esm's last hidden state is a transposed view, which a layer outside of the mode copies before it keeps it;
transformers' lies in memory as it is read, is kept itself, and torch refuses with a RuntimeError (measured with 2.13).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from codemod.remarks.programs import Programs

_MODE = re.compile(r"\binference_mode\b")
_LAYERS = re.compile(r"\bnn\b")
_SAID = (
    "{}, line {}, computes in inference_mode: a layer outside of it that gets all of the last hidden state raises a "
    "RuntimeError now, and needs its .clone(); fair-esm's was copied on the way"
)


def remarks(programs: Programs) -> Iterator[str]:
    """The lines that ask for it, where some program has layers of its own."""
    for source in programs.with_words(_MODE) if programs.with_words(_LAYERS) else ():
        yield from (_SAID.format(source.path, line) for line in source.lines_of("inference_mode"))

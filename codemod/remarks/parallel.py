"""Parallel processes: up to transformers 4.51 a rotary model has position embeddings too, which get no gradient.

(`EsmEmbeddings` of 4.51.3 and 4.52.4.) DistributedDataParallel raises an error unless it is told to look for such
parameters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from codemod.remarks.programs import Programs

_TRAINS = re.compile(r"\bDistributedDataParallel\b|\bstrategy\s*=\s*[\"']ddp[\"']")
_LOOKS = re.compile(r"\bfind_unused_parameters\b")
_SAID = (
    "{} trains in parallel processes: transformers up to 4.51 keeps position embeddings that ESM-2 does not use, so "
    "give find_unused_parameters=True there"
)


def remarks(programs: Programs) -> Iterator[str]:
    """The files that do not mention such parameters."""
    missing = [source for source in programs.with_words(_TRAINS) if not _LOOKS.search(source.program)]
    yield from (_SAID.format(source.path) for source in missing)

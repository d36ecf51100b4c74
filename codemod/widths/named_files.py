"""Files of embeddings by their names, in programs, scripts and configuration that use no fair-esm themselves.

`np.load("data/esm_embeddings.npy")` in a training script goes on working after the migration, as wide as before or
not, with the numbers of the old model: nothing but its name tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from codemod.records import LINE_END, Leftover
from codemod.widths.artefacts import CHECKPOINT, HOLD, IN_TESTS, RESTORED, RESTORES, RULE, listed

WORDS = (b"esm", b"ESM", b"mbed")
_ENDINGS = "pt|pth|npy|npz|pkl|pickle|h5|hdf5|safetensors|memmap|csv|tsv|parquet|feather|lmdb"
#: A file's name, after its folders. `esm` is not the end of another word; `embed` may stand anywhere.
_NAME = re.compile(
    rf"[\w{{}}*%.-]*(?:(?<![a-z])esm|embed)[\w{{}}*%.-]*?\.(?:{_ENDINGS})(?![\w.])", re.IGNORECASE | re.ASCII
)
_RESTORES = re.compile(rf"\b(?:{'|'.join(RESTORES)})\(")
_BYTES = re.compile(_NAME.pattern.encode(), re.IGNORECASE)


def may_name(data: bytes | bytearray) -> bool:
    """Whether it is worth decoding a file."""
    return _BYTES.search(data) is not None


def named_files(path: str, text: str) -> Iterator[Leftover]:
    """One answer for all names of a file, at the first of them; what was trained on them is old as well."""
    found: dict[str, int] = {}
    for line, row in enumerate(LINE_END.split(text), 1) if not IN_TESTS.search(path) else ():
        for match in _NAME.finditer(row) if not row.lstrip().startswith("#") else ():
            if not CHECKPOINT.search(match[0]):
                found.setdefault(match[0], line)
    if found:
        yield Leftover.at(path, list(found.values()), RULE, f"{listed(found)}, from before, {HOLD}")
        lines = [line for line, row in enumerate(LINE_END.split(text), 1) if _RESTORES.search(row)]
        yield from [Leftover.at(path, lines, RULE, RESTORED)] if lines else ()

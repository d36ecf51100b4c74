"""Where a repository puts fair-esm's weights, for machines without a network: `from_pretrained` looks elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codemod.records import LINE_END, Leftover

RULE = "weights"
#: A file without any of these says nothing of where weights lie.
WORDS = (b"fbaipublicfiles", b"TORCH_HOME", b"hub.set_dir")
_DOWNLOAD = re.compile(r"dl\.fbaipublicfiles\.com/fair-esm")
_FOLDER = re.compile(r"\bTORCH_HOME\b|\bhub\.set_dir\(")
_COMMENT = re.compile(r"\s*#")
_FETCHES = "this fetches fair-esm's weights: use `hf download facebook/NAME`, or convert what is loaded by its path"


def downloads(path: str, text: str) -> Iterator[Leftover]:
    """Downloads of fair-esm's weights, said once a file."""
    lines = _lines(_DOWNLOAD, text)
    if lines:
        yield Leftover.at(path, lines, RULE, _FETCHES)


def folders(path: str, text: str) -> Iterator[str]:
    """Notes on a folder of torch.hub's that a program names."""
    for line in _lines(_FOLDER, text)[:1]:
        yield f"weights lie in HF_HOME (or cache_dir=) now, not in torch.hub's folder that {path}, line {line}, names"


def _lines(pattern: re.Pattern[str], text: str) -> list[int]:
    lines = enumerate(LINE_END.split(text), 1)
    return [number for number, line in lines if pattern.search(line) and not _COMMENT.match(line)]

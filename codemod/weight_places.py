"""Where a repository puts fair-esm's weights, for machines without a network: `from_pretrained` looks elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codemod.records import Leftover

RULE = "weights"
_DOWNLOAD = re.compile(r"dl\.fbaipublicfiles\.com/fair-esm")
_FOLDER = re.compile(r"\bTORCH_HOME\b|\bhub\.set_dir\(")
_COMMENT = re.compile(r"\s*#")
_FETCHES = "this fetches fair-esm's weights, which nothing reads any more: use `hf download facebook/NAME` instead"


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
    told = ((number, line) for number, line in enumerate(text.splitlines(), 1) if pattern.search(line))
    return [number for number, line in told if not _COMMENT.match(line)]

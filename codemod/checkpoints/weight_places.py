"""Where a repository puts fair-esm's weights, for machines without a network: `from_pretrained` looks elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from codemod.library import CHECKPOINTS, WITHOUT_COUNTERPART
from codemod.records import LINE_END, Edit, Leftover

RULE = "weights"
#: A file without any of these says nothing of where weights lie.
WORDS = (b"fbaipublicfiles", b"TORCH_HOME", b"hub.set_dir", b"hub/checkpoints", b"hf_hub_download")
_NAMES = "|".join((*CHECKPOINTS, *WITHOUT_COUNTERPART))
_DOWNLOAD = re.compile(rf"dl\.fbaipublicfiles\.com/fair-esm|\bhf_hub_download\(.*\b(?:{_NAMES})\.pt\b")
_CACHED = re.compile(rf"\bhub/checkpoints/+(?:{_NAMES})(?:-contact-regression)?\.pt\b")
_FOLDER = re.compile(r"\bTORCH_HOME\b|\bhub\.set_dir\(")
_COMMENT = re.compile(r"\s*#")
_FETCHES = "this fetches fair-esm's weights: use `hf download facebook/NAME`, or convert what is loaded by its path"
_CACHE = "nothing puts this file into torch.hub's cache any more: load the model from the Hub, or convert a copy of it"


def downloads(path: str, text: str) -> Iterator[Leftover]:
    """Downloads of fair-esm's weights, said once a file."""
    lines = _lines(_DOWNLOAD, text)
    if lines:
        yield Leftover.at(path, lines, RULE, _FETCHES)


def cached(path: str, text: str, edits: Sequence[Edit] = ()) -> Iterator[Leftover]:
    """Files of torch.hub's cache that are named outside what is rewritten, said once a file."""
    gone = {len(LINE_END.findall(text, 0, each.start)) + 1 for each in edits}
    lines = [line for line in _lines(_CACHED, text) if line not in gone]
    if lines:
        yield Leftover.at(path, lines, RULE, _CACHE)


def folders(path: str, text: str) -> Iterator[str]:
    """Notes on a folder of torch.hub's that a program names."""
    for line in _lines(_FOLDER, text)[:1]:
        yield f"weights lie in HF_HOME (or cache_dir=) now, not in torch.hub's folder that {path}, line {line}, names"


def _lines(pattern: re.Pattern[str], text: str) -> list[int]:
    lines = enumerate(LINE_END.split(text), 1)
    return [number for number, line in lines if pattern.search(line) and not _COMMENT.match(line)]

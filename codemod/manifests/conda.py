"""conda environments and recipes: match specs in `dependencies:`, pip's requirements under `- pip:`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Optional

from codemod.manifests.entry import FAIR_ESM, Entry, Section, normalised, requirement
from codemod.manifests.lines import Line, line_end, lines
from codemod.manifests.versions import from_conda

#: What conda calls a package that PyPI calls otherwise.
_CONDA_NAMES = {"torch": "pytorch"}
_PYPI_NAMES = {conda: pypi for pypi, conda in _CONDA_NAMES.items()}
#: The blocks that declare, by key: an environment's, a recipe's, cog's, pre-commit's.
_BLOCKS = {
    "dependencies": "conda",
    "pip": "pip",
    "run": "conda",
    "host": "conda",
    "python_packages": "pip",
    "additional_dependencies": "pip",
}

_KEY = re.compile(r"(?P<indent>\s*(?:-\s+)?)(?P<key>[\w-]+):$")
_COMMENT = re.compile(r"(?<=\s)#.*")
_ITEM = re.compile(r"(?P<indent>\s*)-\s+(?P<quote>['\"]?)(?P<value>.+)(?P=quote)$")
_MATCH_SPEC = re.compile(
    r"(?P<channel>[\w./-]+::)?(?P<name>[A-Za-z0-9_][\w.-]*)(?P<space>\s*)(?P<version>[=<>!~\d*][^\[\]]*)?(?P<more>\[.*)?$"
)


def read(path: str, text: str) -> Iterator[Section]:
    """One section for each block; they are one environment, so what one declares counts for all."""
    blocks: dict[tuple[int, str], list[Entry]] = {}
    for block, kind, line, item in _items(text):
        entry = _entry(text, line, item, kind)
        blocks.setdefault((block, kind), []).extend([entry] if entry else [])
    for (_, kind), entries in blocks.items():
        yield Section(tuple(entries), conda_write if kind == "conda" else _write, scope="environment")


def conda_write(name: str, spec: str) -> str:
    """A requirement as conda spells it."""
    return _CONDA_NAMES.get(name, name) + spec


def match_spec(text: str, start: int, stop: int) -> Optional[Entry]:
    """The match spec in `text[start:stop]`, under its PyPI name: `conda-forge::fair-esm=2.0.0`."""
    match = _MATCH_SPEC.match(text[start:stop])
    if not match:
        return None
    name = normalised(match["name"])
    channel = len(match["channel"] or "")
    version = (start + match.start("version"), stop) if match["version"] else (start + match.end("name"), stop)
    spec = None if match["more"] else from_conda(match["version"] or "")
    begin = start if name == FAIR_ESM and match["channel"] != "conda-forge::" else start + channel
    return Entry(_PYPI_NAMES.get(name, name), begin, stop, version, spec)


def _write(name: str, spec: str) -> str:
    return name + spec


def _items(text: str) -> Iterator[tuple[int, str, Line, re.Match[str]]]:
    """The items of the declaring blocks: the block's offset and kind, the line, the match."""
    stack: list[tuple[int, str, int]] = []  # column, key, offset
    for line in lines(text):
        written = _COMMENT.sub("", text[line.start : line.stop]).rstrip()
        if not written or written.lstrip().startswith("#"):
            continue
        column = len(written) - len(written.lstrip())
        stack = [held for held in stack if held[0] <= column]
        key = _KEY.match(written)
        if key:
            column = len(key["indent"])
            stack = [held for held in stack if held[0] < column] + [(column, key["key"], line.start)]
            continue
        item = _ITEM.match(written)
        if not item:
            stack = [held for held in stack if held[0] < column]
        elif stack and stack[-1][1] in _BLOCKS:
            yield stack[-1][2], _BLOCKS[stack[-1][1]], line, item


def _entry(text: str, line: Line, item: re.Match[str], kind: str) -> Optional[Entry]:
    start, stop = (line.start + offset for offset in item.span("value"))
    found = (match_spec if kind == "conda" else requirement)(text, start, stop)
    if not found:
        return None
    tail = text[found.stop : stop] + item["quote"]
    between = tail + line_end(text, line) + text[line.start : found.start]
    return replace(found, cut=(line.start, line.next), between=between)

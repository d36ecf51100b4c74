"""Pythons that are too old for what the migrated code needs: listed, for a person chooses an interpreter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Optional

from codemod.manifests.entry import RULE, Section
from codemod.manifests.needs import Needs, guarantees
from codemod.manifests.versions import from_conda, from_pep440
from codemod.records import Leftover, line_number

#: A file without this pins no Python.
SAYS = re.compile(r"requires-python|python(?:_version|_requires)?[\"']?\s*[=<~:]", re.I)
#: transformers 4.30 is the last release for Python 3.7 (`Requires-Python` of 4.30.2 and 4.31.0).
_LAST_FOR_OLD = "<4.31"
#: conda's build of a version: `3.7.6=cpython_h8356626_6`.
_BUILD = re.compile(r"(?<=\d)=[a-z]\w*$")
_WHY = "Python {} is too old for the migrated code, which needs {}"
#: Where a version stands that is no entry of a list of requirements: metadata of a project, images, new environments.
_DECLARED = tuple(
    re.compile(pattern, re.M)
    for pattern in (
        r"^\s*requires-python\s*=\s*[\"'](?P<pep440>[^\"']+)",
        r"\bpython_requires\s*=\s*[\"']?(?P<pep440>[<>=!~\d][^\"'\r\n)]*)",
        r"^\s*python_version\s*=\s*[\"'](?P<exact>\d[\d.]*)",
        r"^\s*(?:FROM|From:)\s+(?:\S+/)?python:(?P<exact>\d\.\d+)",
        r"\b(?:conda|mamba|micromamba)\s+create\b[^#\r\n]*?\spython(?P<conda>=[^\s=][^\s]*)",
    )
)


def _exactly(version: str) -> Optional[str]:
    return f"=={version}.*"


_LANGUAGES = {"pep440": from_pep440, "conda": from_conda, "exact": _exactly}


def too_old(path: str, text: str, needs: Needs, sections: Sequence[Section]) -> Iterator[Leftover]:
    """Declarations that admit no Python that will do."""
    transformers = [each.spec or "" for section in sections for each in section.entries if each.name == "transformers"]
    stays = f"{needs.oldest['transformers']},{_LAST_FOR_OLD}" if needs.oldest else "<0"
    if not needs.python or any(guarantees("transformers", spec, stays) for spec in transformers):
        return
    for start, written, spec in _pinned(text, sections):
        if spec and guarantees("python", spec, _below(needs.python)):
            version, floor = _BUILD.sub("", written.strip(" =")), needs.python.strip(">=")
            yield Leftover(path, line_number(text, start), RULE, _WHY.format(version, f"{floor} or newer"))


def _pinned(text: str, sections: Sequence[Section]) -> Iterator[tuple[int, str, Optional[str]]]:
    """Where a version of Python is declared, how it is written, and as PEP 440."""
    for entry in (each for section in sections for each in section.entries if each.name == "python"):
        yield entry.start, text[slice(*entry.version)], entry.spec
    for pattern in _DECLARED:
        for match in pattern.finditer(text):
            kind = match.lastgroup or ""
            written = match[kind]
            yield match.start(kind), written, _LANGUAGES[kind](written.strip())


def _below(python: str) -> str:
    return python.replace(">=", "<")

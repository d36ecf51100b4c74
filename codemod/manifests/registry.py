"""Dependency files by name, the reader of each, and the plan for one of them. Text in, edits out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Callable, Optional

from codemod.manifests import requirements
from codemod.manifests.decide import Manifest, decide
from codemod.manifests.entry import FAIR_WORD, Section
from codemod.manifests.needs import Needs
from codemod.records import Edit, Leftover

Reader = Callable[[str, str], Iterable[Section]]

#: The first name that fits decides; matched against the path with `/`, ignoring case.
_READERS: tuple[tuple[str, Reader], ...] = (
    (r"(.*/)?[^/]*(requirements|constraints|reqs)[^/]*\.(txt|in|pip)", requirements.read),
    (r"(.*/)?(requirements|constraints)/[^/]+\.(txt|in)", requirements.read),
)


def is_manifest(path: str) -> bool:
    """Whether a file of this name may declare dependencies; its text decides whether it does."""
    return _reader(path) is not None


def plan_manifest(
    path: str, text: str, needs: Needs, keep: bool, migrated: bool = True
) -> Iterator[Edit | Leftover]:
    """What to do to one dependency file.

    `keep`: a use of fair-esm is left in the repository, so its declaration stays and is listed. `migrated`: some
    use was rewritten, so the target's needs are declared. Nothing is yielded for a file that declares neither.
    """
    reader = _reader(path)
    wanted = needs.parsed() if migrated else ()
    if reader and (FAIR_WORD.search(text) or any(need.name in text for need in wanted)):
        yield from decide(Manifest(path, text, wanted, keep), list(reader(path, text)))


def declared_transformers(path: str, text: str) -> Optional[str]:
    """The PEP 440 specifier of transformers that a manifest declares, `""` for any version, None for none."""
    reader = _reader(path)
    if not reader or "transformers" not in text:
        return None
    specs = [
        entry.spec
        for section in reader(path, text)
        for entry in section.entries
        if entry.name == "transformers" and entry.spec is not None
    ]
    return ",".join(filter(None, dict.fromkeys(specs))) if specs else None


def _reader(path: str) -> Optional[Reader]:
    return next((reader for pattern, reader in _READERS if re.fullmatch(pattern, path, re.I)), None)

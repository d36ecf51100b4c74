"""One declared dependency and the list it stands in: what every reader of a format yields."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Callable, Optional

from codemod.manifests.versions import from_pep440

FAIR_ESM = "fair-esm"
RULE = "dependencies"

#: fair-esm by its repository or by a file of its own; EvolutionaryScale's `esm` is another package.
FAIR_URL = re.compile(
    r"github\.com[/:]facebookresearch/esm(?![\w-])|fair[-_.]esm-\d[\w.]*(?:\.tar\.gz|[\w.-]*\.whl)", re.I
)
#: Words that may name fair-esm, for a quick look before anything is parsed.
FAIR_WORD = re.compile(r"fair[-_.]+esm|facebookresearch/esm", re.I)

_CLAUSE = r"(?:===?|~=|!=|<=?|>=?)\s*[\w.*+!-]+"
_REQUIREMENT = re.compile(
    rf"""(?P<name>[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)
    (?P<extras>\s*\[[^\]\n]*\])?
    (?P<url>\s*@\s*\S+)?
    (?P<version>\s*\(?{_CLAUSE}(?:\s*,\s*{_CLAUSE})*\)?)?""",
    re.X,
)
#: What may follow a requirement: nothing, a marker, a comment, hashes, a continued line.
_TAIL = re.compile(r"\s*(?:$|;|#|--hash|\\[\r\n])")


@dataclass(frozen=True)
class Entry:
    """A requirement in the text of a manifest; spans are character offsets, stop excluded."""

    name: str  # PEP 503; FAIR_ESM whichever way fair-esm is asked for
    start: int  # what a replacement replaces: name, extras and version, not the marker or the quotes
    stop: int
    version: tuple[int, int]  # the version's text, empty where a version would be written
    spec: Optional[str]  # PEP 440, "" for any version, None where it cannot be told
    cut: Optional[tuple[int, int]] = None  # what a removal removes, None where that takes a person
    between: str = "\n"  # the text from the stop of one requirement to the start of the next
    extras: str = ""
    whole: bool = False  # a new version means writing the entry anew (a quoted shell word)
    optional: bool = False  # installed only with an extra (poetry)


@dataclass(frozen=True)
class Section:
    """The entries of one list, and how that list spells one more.

    `base` says that what is declared here counts for the other sections of its scope as well. `frozen` is the
    reason why nothing may be written here; `adds` is False where declaring would install nothing.
    """

    entries: tuple[Entry, ...]
    write: Callable[[str, str], str] = lambda name, spec: name + spec
    scope: str = ""
    base: bool = True
    adds: bool = True
    frozen: str = ""
    alone: bool = False  # what the base sections declare does not count here
    names: frozenset[str] = field(default_factory=frozenset)  # declared too, not changed from here


def normalised(name: str) -> str:
    """A project name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement(text: str, start: int, stop: int) -> Optional[Entry]:
    """The PEP 508 requirement that starts at `start`, or None: `fair-esm[esmfold]==2.0.0`, `git+https://...`."""
    match = _REQUIREMENT.match(text, start, stop)
    words = text[start:stop]
    if FAIR_URL.search(words):
        return Entry(FAIR_ESM, start, start + len(_before_marker(words)), (stop, stop), None)
    if not match or not _TAIL.match(text, match.end(), stop):
        return None
    name, end = normalised(match["name"]), match.end()
    if match["url"]:
        return Entry(name, start, end, (end, end), None)
    version = match["version"] or ""
    at = (end - len(version.lstrip()), end)
    return Entry(name, start, end, at, from_pep440(version), extras=(match["extras"] or "").strip())


def _before_marker(words: str) -> str:
    return re.split(r"\s(?:[;#]|--hash)", words, maxsplit=1)[0].rstrip()

"""How scripts bring fair-esm to a machine other than by a requirement: its repository, a link to it, a search path."""

from __future__ import annotations

import re
from typing import NamedTuple


class Pattern(NamedTuple):
    """How something is written, and what is said of it."""

    regex: re.Pattern[str]
    why: str


_FETCHES = "this fetches fair-esm's repository: delete it once nothing uses what it brings"
_LINKS = "this links a folder called esm: delete it if that is fair-esm's"
_SEARCHES = "this puts a folder of fair-esm on Python's search path: delete it once nothing imports from there"
INSTALLS = "this installs fair-esm: install what the migrated code needs instead"

_REPOSITORY = r"facebookresearch/esm(?![\w-])"
_CLONE = Pattern(
    re.compile(rf"\b(?:git\s+(?:clone|submodule\s+add)|gh\s+repo\s+clone)\s[^#;|&]*{_REPOSITORY}"), _FETCHES
)
_DOWNLOAD = Pattern(re.compile(rf"(?:\b(?:wget|curl|aria2c)\s|^\s*ADD\s)[^#;|&]*{_REPOSITORY}"), _FETCHES)
#: `ESM_REPO="https://github.com/facebookresearch/esm.git"`, for a clone further down.
_ADDRESS = Pattern(re.compile(rf"^\s*(?:export\s+|set\s+)?\w+=[\"']?[^\s\"']{{0,99}}{_REPOSITORY}"), _FETCHES)
#: What a folder called esm is, the rest of the script tells: these are asked only where it speaks of fair-esm.
_FOLDERS = (
    Pattern(re.compile(r"\bln\s+-\w*s\w*\s[^#;|&]*(?<![\w.-])(?:fair[-_])?esm/?[\"']?(?=\s|$)"), _LINKS),
    Pattern(re.compile(r"\bPYTHONPATH[\"']?[=,\s][^#;|&\s]*(?<![\w.-])(?:fair[-_])?esm/?(?=[\s:\"']|$)"), _SEARCHES),
)
#: A quoted name and what may stand around it: `"bioconda::fair-esm=2.0.0"`.
_NAME = r"(?<![\w./-])fair[-_]esm(?![\w/-])(?:\[[\w, ]*\])?"
#: With a version it is a requirement anywhere; without one, a word before it has to say so: `py_install("fair-esm")`
#: of reticulate, `Conda.add("fair-esm")` of Julia, `conda "..."` of Nextflow, `"dependencies": [...]` of JSON.
_QUOTED = re.compile(
    rf"[\"']{_NAME}\s*[=<>~!]=?\s*\d[^\"']{{0,99}}[\"']"
    rf"|(?:install|\badd|conda|\bpip|require|depend|package)[^#]*"
    rf"[\"'](?:[^\"'#]{{0,200}}[\s:])?{_NAME}(?:[=<>~!\s][^\"']{{0,200}})?[\"']",
    re.I,
)


def fetched(line: str, fair: bool, manifest: bool) -> str:
    """Why a line of a script or document brings fair-esm; empty for one that does not.

    `fair`: the file speaks of fair-esm elsewhere too. In a `manifest` clones are listed already.
    """
    asked = (_DOWNLOAD, _ADDRESS, *(() if manifest else (_CLONE,)), *(_FOLDERS if fair else ()))
    return next((pattern.why for pattern in asked if pattern.regex.search(line)), "")


def asked(line: str) -> str:
    """Why a line of a script asks an installer of its own language for fair-esm."""
    return INSTALLS if _QUOTED.search(line) else ""


def only_brings(why: str) -> bool:
    """Whether a reason says that fair-esm is brought, not that it is used."""
    return why in (_FETCHES, _LINKS, _SEARCHES, INSTALLS)

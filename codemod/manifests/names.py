"""Which files may declare dependencies, by their names alone."""

from __future__ import annotations

import re
from functools import cache

#: Lock files, with what writes them anew.
LOCKS = {
    "poetry.lock": "poetry lock",
    "pipfile.lock": "pipenv lock",
    "uv.lock": "uv lock",
    "pdm.lock": "pdm lock",
    "pixi.lock": "pixi install",
    "pylock.toml": "pip lock (or the tool that wrote it)",
    "conda-lock.yml": "conda-lock",
    "conda-lock.yaml": "conda-lock",
}
#: The first name that fits decides; matched against the end of the path, after a `/`, ignoring case.
_KINDS = (
    ("lock", "|".join(map(re.escape, LOCKS))),
    ("submodules", r"\.gitmodules"),
    ("requirements", r"[^/]*(requirements?|constraints|reqs)[^/]*\.(txt|in|pip)"),
    ("requirements", r"(requirements|constraints)/[^/]+\.(txt|in)"),
    ("toml", r"pyproject\.toml|pixi\.toml|Pipfile"),
    ("setup.py", r"setup\.py"),
    ("ini", r"setup\.cfg|tox\.ini|settings\.ini"),
    ("conda", r"[^/]+\.ya?ml"),
    ("shell", r"[^/]*(Dockerfile|Containerfile|Singularity|Apptainer)[^/]*|Earthfile|Jenkinsfile|postBuild|\.envrc"),
    ("shell", r"(GNU)?Makefile|\.?justfile|[^/]+\.(mk|just)"),
    ("shell", r"[^/]+\.(sh|bash|zsh|ksh|csh|tcsh|fish|def|slurm|sbatch|pbs|lsf|sge|qsub|nix)"),
)
#: Nine of ten files: ten patterns each would take longer than reading them all.
_PROGRAMS = (".py", ".pyi", ".ipynb", ".md", ".rst")


def is_manifest(path: str) -> bool:
    """Whether a file of this name may declare dependencies; its text decides whether it does."""
    return bool(kind_of(path))


def kind_of(path: str) -> str:
    """The kind of dependency file that a name stands for; empty for any other file."""
    if path.endswith(_PROGRAMS) and not path.lower().endswith("setup.py"):
        return ""
    return _kind(path)


@cache
def _kind(path: str) -> str:
    fits = (kind for kind, name in _KINDS if re.fullmatch(f"(?:.*/)?(?:{name})", path, re.I))
    return next(fits, "")

"""Dependency files by name, the reader of each, and the plan for one of them. Text in, edits out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Callable, Optional, Union

from codemod.manifests import conda, ini, locks, requirements, setup_py, shell, toml_tables
from codemod.manifests.check import checked
from codemod.manifests.decide import Manifest, decide
from codemod.manifests.entry import FAIR_WORD, Section
from codemod.manifests.needs import Needs
from codemod.records import Edit, Leftover

Reader = Callable[[str, str], Iterable[Union[Section, Leftover]]]

#: The first name that fits decides; matched against the end of the path, after a `/`, ignoring case.
_READERS: tuple[tuple[str, tuple[Reader, ...]], ...] = (
    ("|".join(map(re.escape, locks.LOCKS)), (locks.read,)),
    (r"\.gitmodules", (locks.read_submodules,)),
    (r"[^/]*(requirements|constraints|reqs)[^/]*\.(txt|in|pip)", (requirements.read,)),
    (r"(requirements|constraints)/[^/]+\.(txt|in)", (requirements.read,)),
    (r"pyproject\.toml|pixi\.toml|Pipfile", (toml_tables.read,)),
    (r"setup\.py", (setup_py.read,)),
    (r"setup\.cfg|tox\.ini|settings\.ini", (ini.read,)),
    (r"[^/]+\.ya?ml", (conda.read, shell.read)),
    (r"[^/]*(Dockerfile|Containerfile|Singularity)[^/]*|Makefile|Jenkinsfile|justfile", (shell.read,)),
    (r"[^/]+\.(sh|bash|zsh|def|slurm|sbatch|nix)", (shell.read,)),
)


def is_manifest(path: str) -> bool:
    """Whether a file of this name may declare dependencies; its text decides whether it does."""
    return bool(_readers(path))


def plan_manifest(path: str, text: str, needs: Needs, keep: bool, migrated: bool = True) -> Iterator[Edit | Leftover]:
    """What to do to one dependency file.

    `keep`: a use of fair-esm is left in the repository, so its declaration stays and is listed. `migrated`: some
    use was rewritten, so the target's needs are declared. Nothing is yielded for a file that declares neither.
    """
    wanted = needs.parsed() if migrated else ()
    named = FAIR_WORD.search(text)
    if not is_manifest(path) or not (named or any(need.name in text.lower() for need in wanted)):
        return
    sections, unread = _read(path, text)
    found = unread if named else []
    decisions = decide(Manifest(path, text, wanted, keep), sections)
    yield from checked(path, text, [*found, *decisions])


def declared_transformers(path: str, text: str) -> Optional[str]:
    """The PEP 440 specifier of transformers that a manifest declares, `""` for any version, None for none."""
    if "transformers" not in text.lower():
        return None
    sections, _ = _read(path, text)
    specs = [
        entry.spec
        for section in sections
        for entry in section.entries
        if entry.name == "transformers" and entry.spec is not None
    ]
    return ",".join(filter(None, dict.fromkeys(specs))) if specs else None


#: Nine of ten files: ten patterns each would take longer than reading them all.
_PROGRAM = (".py", ".pyi", ".ipynb", ".md", ".rst")


def _readers(path: str) -> tuple[Reader, ...]:
    if path.endswith(_PROGRAM) and not path.lower().endswith("setup.py"):
        return ()
    fits = (readers for name, readers in _READERS if re.fullmatch(f"(?:.*/)?(?:{name})", path, re.I))
    return next(fits, ())


def _read(path: str, text: str) -> tuple[list[Section], list[Leftover]]:
    read = [found for reader in _readers(path) for found in reader(path, text)]
    return (
        [found for found in read if isinstance(found, Section)],
        [found for found in read if isinstance(found, Leftover)],
    )

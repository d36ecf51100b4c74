"""Dependency files by name, the reader of each, and the plan for one of them. Text in, edits out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Callable, Optional, Union

from codemod.manifests import conda, images, ini, locks, pythons, requirements, setup_py, shell, toml_tables
from codemod.manifests.check import checked
from codemod.manifests.decide import Manifest, decide
from codemod.manifests.entry import FAIR_WORD, Section
from codemod.manifests.names import is_manifest, kind_of
from codemod.manifests.needs import Needs
from codemod.records import Edit, Leftover

Reader = Callable[[str, str], Iterable[Union[Section, Leftover]]]

#: A program without any of these declares no fair-esm.
FAIR_WORDS = (b"fair-esm", b"fair_esm", b"fair.esm", b"facebookresearch/esm")
#: The readers of each kind of file (see `codemod.manifests.names`).
_READERS: dict[str, tuple[Reader, ...]] = {
    "lock": (locks.read,),
    "submodules": (locks.read_submodules,),
    "requirements": (requirements.read,),
    "toml": (toml_tables.read,),
    "setup.py": (setup_py.read,),
    "ini": (ini.read,),
    "conda": (conda.read, shell.read),
    "shell": (shell.read,),
}


def plan_manifest(path: str, text: str, needs: Needs, keep: bool, migrated: bool = True) -> Iterator[Edit | Leftover]:
    """What to do to one dependency file.

    `keep`: a use of fair-esm is left in the repository, so its declaration stays and is listed. `migrated`: some
    use was rewritten, so the target's needs are declared. Nothing is yielded for a file that declares neither.
    """
    wanted = needs.parsed() if migrated else ()
    named, pinned = FAIR_WORD.search(text), bool(wanted) and pythons.SAYS.search(text)
    if not is_manifest(path) or not (named or pinned or any(need.name in text.lower() for need in wanted)):
        return
    sections, unread = _read(path, text)
    found = [*(unread if named else []), *(pythons.too_old(path, text, needs, sections) if pinned else [])]
    decisions = decide(Manifest(path, text, wanted, keep), sections)
    yield from checked(path, text, [*found, *decisions])


def plan_program(path: str, text: str, needs: Needs, keep: bool, migrated: bool = True) -> Iterator[Edit | Leftover]:
    """What to do to the requirements that a Python program holds, as `plan_manifest` does for a dependency file."""
    if FAIR_WORD.search(text) and not is_manifest(path):
        read = list(images.read(path, text))
        sections = [found for found in read if isinstance(found, Section)]
        others = [found for found in read if isinstance(found, Leftover)]
        manifest = Manifest(path, text, needs.parsed() if migrated else (), keep)
        yield from checked(path, text, [*others, *decide(manifest, sections)])


def declared(path: str, text: str, package: str) -> Optional[str]:
    """The PEP 440 specifier of a package that a manifest declares, `""` for any version, None for none."""
    if package not in text.lower():
        return None
    specs = [
        entry.spec
        for section in sections_of(path, text)
        for entry in section.entries
        if entry.name == package and entry.spec is not None
    ]
    return ",".join(filter(None, dict.fromkeys(specs))) if specs else None


def sections_of(path: str, text: str) -> list[Section]:
    """The lists of requirements of a dependency file."""
    return _read(path, text)[0]


def _read(path: str, text: str) -> tuple[list[Section], list[Leftover]]:
    read = [found for reader in _READERS.get(kind_of(path), ()) for found in reader(path, text)]
    return (
        [found for found in read if isinstance(found, Section)],
        [found for found in read if isinstance(found, Leftover)],
    )

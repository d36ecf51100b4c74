"""From a repository to its migration: find, decide, report. Writes nothing.

This half is what every run needs; where nothing uses fair-esm it is all, and `codemod.plan` is never imported.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

from codemod.files.candidates import brought, candidates, marked_files
from codemod.files.repository import Repository
from codemod.manifests.names import is_manifest
from codemod.records import Migration, Tally


@dataclass(frozen=True)
class Settings:
    """What the user asked for."""

    paths: tuple[Path, ...] = ()
    to: str = "fastesm2"
    exclude: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    remote_code: bool = True
    mark: bool = False  # whether leftovers get a comment
    rejected: frozenset[int] = frozenset()  # numbers of groups that stay as they are


def migrate(settings: Settings, progress: Callable[[str], None] = lambda text: None) -> Migration:
    """Everything that is decided about a repository; `progress` is told what takes time before it starts.

    Raises UnusableInput for a path that cannot be read.
    """
    began = perf_counter()
    progress("searching files")
    repository = Repository(settings.paths, settings.exclude)
    seeds = candidates(repository.found)
    progress(f"following values through {len(seeds)} of {len(repository.files)} files")
    known = seeds or marked_files(repository.found) or brought(repository.found)
    if known or any(is_manifest(path) for path in repository.found):
        from codemod.plan import plan  # parses programs: not worth its start-up where there are none

        done = plan(repository, settings)
    else:
        done = Migration(repository.root, settings.to, tally=Tally(len(repository.files)), skipped=repository.skipped)
    tally = replace(done.tally, candidates=len(seeds), seconds=round(perf_counter() - began, 3))
    return replace(done, tally=tally)

"""The import graph, as far as it can matter: files that name fair-esm, and those that import them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath

from codemod.files.candidates import reaches
from codemod.program.project import Project

Search = Callable[[Iterable[str]], Mapping[str, bytes]]


def with_importers(project: Project, seeds: Iterable[str], search: Search) -> list[str]:
    """The seeds and, transitively, every file that imports one which imports fair-esm: it may get what that loads.

    `search` gives the bytes of the Python files that contain one of some words.
    """
    known = {path for path in seeds if project.source(path) and not project.copy_of(path)}
    reached = fresh = {path for path in known if _imports_esm(project, path)}
    while fresh:
        found = (path for path in search({_stem(path) for path in fresh}) if path not in reached)
        fresh = {path for path in found if not project.copy_of(path) and not fresh.isdisjoint(project.imports(path))}
        reached = reached | fresh
    return sorted(known | reached)


def _imports_esm(project: Project, path: str) -> bool:
    source = project.source(path)
    return source is not None and reaches(source.program)


def _stem(path: str) -> str:
    pure = PurePosixPath(path)
    return pure.parent.name if pure.name == "__init__.py" else pure.stem

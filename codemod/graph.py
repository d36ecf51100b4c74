"""The import graph, as far as it can matter: files that name fair-esm, and those that import them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePosixPath

import networkx as nx

from codemod.candidates import reaches
from codemod.project import Project

Search = Callable[[Iterable[str]], Mapping[str, bytes]]


def with_importers(project: Project, seeds: Iterable[str], search: Search) -> list[str]:
    """The seeds and, transitively, every file that imports one: it may be handed what they load.

    `search` gives the bytes of the Python files that contain one of some words.
    """
    graph: nx.DiGraph[str] = nx.DiGraph()
    reached = [path for path in seeds if project.source(path) and not project.copy_of(path)]
    graph.add_nodes_from(reached)
    fresh = [path for path in reached if _imports_esm(project, path)]
    while fresh:
        words = {_stem(path) for path in fresh}
        for path in search(words):
            if project.copy_of(path):
                continue
            targets = {target for target in project.imports(path) if target in graph}
            graph.add_edges_from((path, target) for target in targets)
        fresh = [path for path in graph if path not in reached and project.source(path)]
        reached += fresh
    return sorted(reached)


def _imports_esm(project: Project, path: str) -> bool:
    source = project.source(path)
    return source is not None and reaches(source.program)


def _stem(path: str) -> str:
    pure = PurePosixPath(path)
    return pure.parent.name if pure.name == "__init__.py" else pure.stem

"""Which files can matter: those that name fair-esm, and those that import them, found without parsing the rest."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePosixPath

import networkx as nx

from codemod.project import Project
from codemod.source import Source

#: Bytes of which a file that uses fair-esm has at least one.
WORDS = (b"esm", b"load_model_and_alphabet", b"get_batch_converter", b"repr_layers", b"FastaBatchedDataset")
#: An import of a package called esm, in any of its forms.
_IMPORTS = (
    rb"^[ \t]*(?:from|import)[ \t]+esm\b|^[ \t]*import[ \t][^\n]*,[ \t]*esm\b|facebookresearch/esm"
    rb"|(?:import_module|importorskip|__import__)\([\"']esm\b"
)
_REACHES = re.compile(_IMPORTS, re.MULTILINE)
_MAY_USE = re.compile(_IMPORTS + rb"|[\"']esm[.\"']|" + b"|".join(WORDS[1:]), re.MULTILINE)

Search = Callable[[Iterable[str]], Mapping[str, bytes]]


def candidates(found: Mapping[str, bytes]) -> list[str]:
    """The Python files and notebooks that may use fair-esm themselves, by their bytes."""
    return [path for path, data in found.items() if path.endswith((".py", ".pyi", ".ipynb")) and _MAY_USE.search(data)]


def with_importers(project: Project, seeds: Iterable[str], search: Search) -> list[str]:
    """The seeds and, transitively, every file that imports one: it may be handed what they load.

    `search` gives the bytes of the Python files that contain one of some words.
    """
    graph: nx.DiGraph[str] = nx.DiGraph()
    reached = [path for path in seeds if project.source(path) and not project.copy_of(path)]
    graph.add_nodes_from(reached)
    fresh = [path for path in reached if _imports_esm(project.source(path))]
    while fresh:
        words = {_stem(path) for path in fresh}
        for path in search(words):
            if project.copy_of(path):
                continue
            targets = {target for target in imported_files(project, path) if target in graph}
            graph.add_edges_from((path, target) for target in targets)
        fresh = [path for path in graph if path not in reached and project.source(path)]
        reached += fresh
    return sorted(reached)


def imported_files(project: Project, path: str) -> Iterator[str]:
    """The files of the repository that a file imports from."""
    source = project.source(path)
    for node in source.nodes if source else ():
        if isinstance(node, ast.Import):
            yield from filter(None, (project.module(path, alias.name) for alias in node.names))
        elif isinstance(node, ast.ImportFrom):
            target = project.imported(path, node)
            if target:
                yield target
                yield from filter(None, (project.submodule(target, alias.name) for alias in node.names))


def _imports_esm(source: Source | None) -> bool:
    return source is not None and _REACHES.search(source.program.encode()) is not None


def _stem(path: str) -> str:
    pure = PurePosixPath(path)
    return pure.parent.name if pure.name == "__init__.py" else pure.stem

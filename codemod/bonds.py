"""Which expressions belong together beyond the flow of values, so that they migrate together or not at all."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from codemod.flow.analysis import Analysis
from codemod.usage import Use
from codemod.values import origins


def companions(analysis: Analysis) -> Iterator[frozenset[ast.AST]]:
    """Values handed to one call together belong together, and what the call makes: `BatchConverter(alphabet)`."""
    for source in analysis.project.sources:
        for node in source.nodes:
            if isinstance(node, ast.Call):
                parts = [node, *node.args, *(keyword.value for keyword in node.keywords)]
                together = frozenset(origin for each in parts for origin in origins(analysis.values.get(each)))
                if len(together) > 1:
                    yield together


def strangers(analysis: Analysis, uses: Sequence[Use]) -> Iterator[frozenset[ast.AST]]:
    """What looks like fair-esm's on an object that cannot be seen may be any of what its file can reach by imports."""
    reach: dict[str, set[str]] = {}
    for use in uses:
        if use.key == "word":
            path = use.source.path
            reach[path] = reach.get(path) or _reach(analysis, path)
            near = [each.node for each in uses if each.source.path in reach[path]]
            yield frozenset([use.node, *near])


def _reach(analysis: Analysis, path: str) -> set[str]:
    """A file and what it imports, directly or not, among the files that were followed."""
    found, todo = {path}, [path]
    while todo:
        fresh = {each for each in analysis.project.imports(todo.pop()) if analysis.entered(each)} - found
        found |= fresh
        todo.extend(fresh)
    return found

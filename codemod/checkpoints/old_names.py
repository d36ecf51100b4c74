"""Strings that go on naming a checkpoint whose place FastESM2_650 has taken: `torch.save(x, f"{MODEL}.pt")`."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence

from codemod.deciding.bonds import reach
from codemod.deciding.decide import Decided
from codemod.flow.analysis import Analysis
from codemod.program.source import Source
from codemod.records import Leftover

RULE = "old_names"
_WHY = "still says {}: what is saved, cached or reported under that name is FastESM2_650's now"


def old_names(
    analysis: Analysis, decided: Sequence[Decided], checkpoints: frozenset[str], told: Collection[str]
) -> Iterator[Leftover]:
    """One answer for each file with such strings that loads the model or is imported by one that does.

    `told` are files of which more is said than that.
    """
    names = re.compile(rf"(?<!facebook/)(?:{'|'.join(sorted(checkpoints, key=len, reverse=True))})")
    migrated = [(use.source, each.edits[use]) for each in decided if each.migrated for use in each.group.uses]
    gone = {(source, edit.start, edit.stop) for source, edits in migrated for edit in edits}
    loading = {use.source.path for each in decided if each.migrated for use in each.group.uses
               if use.node in analysis.calls}  # fmt: skip
    near = set().union(*(reach(analysis, path) for path in loading))
    for source in analysis.project.sources:
        if source.path in near - set(told) and not analysis.project.copy_of(source.path):
            here = [(start, stop) for home, start, stop in gone if home is source]
            found = [(node, match[0]) for node, match in _said(source, names) if not _lies_in(source, node, here)]
            if found:
                yield Leftover.at(source.path, [node.lineno for node, _ in found], RULE, _WHY.format(found[0][1]))


def _said(source: Source, names: re.Pattern[str]) -> Iterator[tuple[ast.Constant, re.Match[str]]]:
    """Strings with one of the names; documentation is not among them."""
    for node in source.nodes if names.search(source.program) else ():
        text = node.value if isinstance(node, ast.Constant) else None
        match = names.search(text) if isinstance(text, str) else None
        if match and isinstance(node, ast.Constant) and not isinstance(source.parents[node], ast.Expr):
            yield node, match


def _lies_in(source: Source, node: ast.AST, spans: Sequence[tuple[int, int]]) -> bool:
    first, last = source.span(node)
    return any(start <= first and last <= stop for start, stop in spans)

"""Several checkpoints that become one: FastESM2_650 stands for all, and a choice or an ensemble is none any more."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence

from codemod.deciding.decide import Decided
from codemod.flow.analysis import Analysis
from codemod.library import CHECKPOINTS
from codemod.program.source import Source
from codemod.records import Leftover

RULE = "checkpoints"


def one_for_many(analysis: Analysis, decided: Sequence[Decided]) -> Iterator[Leftover]:
    """One answer for each file whose migrated loads load different checkpoints, or choose among some."""
    lines: defaultdict[str, list[int]] = defaultdict(list)
    names: defaultdict[str, set[str]] = defaultdict(set)
    for use in (use for each in decided if each.migrated for use in each.group.uses):
        if use.key.startswith(("esm.pretrained.", "torch.hub.load")) and use.node in analysis.calls:
            lines[use.source.path].append(use.line)
            names[use.source.path] |= {*analysis.names(use.node), *_written(use.source)} & CHECKPOINTS.keys()
    for path, found in sorted(names.items()):
        if len(found) > 1:
            yield Leftover.at(path, lines[path], RULE, f"{len(found)} checkpoints become one: {_listed(found)}")


def _written(source: Source) -> Iterator[str]:
    """The strings of a file: a table of checkpoints is a choice, whichever of them is taken here."""
    constants = (node.value for node in source.nodes if isinstance(node, ast.Constant))
    return (each for each in constants if isinstance(each, str))


def _listed(names: set[str]) -> str:
    *first, last = sorted(names, key=[*CHECKPOINTS].index)
    return f"{', '.join(first)} and {last} are all FastESM2_650 now, and give the same numbers"

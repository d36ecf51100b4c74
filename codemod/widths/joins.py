"""Where vectors of several encoders become one: `torch.cat((dnabert, esm), dim=-1)` and its kin."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Optional

from codemod.program.source import Source
from codemod.widths.code import Code
from codemod.widths.encoders import ESM, Encoder, names
from codemod.widths.origins import nearest

_JOINERS = ("cat", "concat", "concatenate", "hstack", "column_stack", "Concatenate")
_LIKELY = re.compile(r"cat\(|oncat|hstack|column_stack")


def joined(code: Code, encoders: Sequence[Encoder]) -> Iterator[frozenset[str]]:
    """The word patterns of the encoders that one concatenation joins, ESM among them.

    Every operand must come from exactly one encoder, and no encoder twice. The axis needs no look: vectors of
    different widths can only be joined along their width.
    """
    likely = [source for source in code.sources if _LIKELY.search(source.program)]
    for source in likely:
        for node in source.nodes:
            operands = _operands(node)
            met = [_met(code, source, each, encoders) for each in operands]
            words = [next(iter(each)) for each in met if len(each) == 1]
            if len(words) == len(operands) == len(set(words)) > 1 and ESM.word in words:
                yield frozenset(words)


def _met(code: Code, source: Source, operand: ast.expr, encoders: Sequence[Encoder]) -> frozenset[str]:
    return nearest(
        code, source, operand, lambda text: frozenset(each.word for each in (ESM, *encoders) if names(each, text))
    )


def _operands(node: ast.AST) -> list[ast.expr]:
    if not isinstance(node, ast.Call) or not node.args:
        return []
    listed: Optional[ast.expr] = node.args[0]
    name = getattr(node.func, "attr", getattr(node.func, "id", None))
    if name not in _JOINERS or not isinstance(listed, (ast.Tuple, ast.List)):
        return []
    return listed.elts

"""Parameters are counted: a model of which no logits are read is loaded without its head.

7,409,081 of 7,512,474 parameters for 6 layers; with the head it is the same number (transformers 5.24).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Union

from codemod.program.source import Source
from codemod.remarks.programs import Programs

_COUNTS = re.compile(r"\.n(?:umel|element)\(")
_SAID = "{}, line {}, counts parameters: a model of which no logits are read has no head now, and counts fewer"
_Loop = Union[ast.For, ast.GeneratorExp, ast.ListComp]


def remarks(programs: Programs) -> Iterator[str]:
    """The lines with `sum(p.numel() for p in net.parameters())`, where some model has no head."""
    headless = any(each.migrated and not each.group.predicts_tokens for each in programs.decided)
    for source in programs.with_words(_COUNTS) if headless else ():
        yield from (_SAID.format(source.path, line) for line in _lines(source))


def _lines(source: Source) -> list[int]:
    loops = [each for each in source.nodes if isinstance(each, (ast.For, ast.GeneratorExp, ast.ListComp))]
    over = [each for each in loops if "parameters(" in ast.unparse(_iterated(each))]
    return [each.lineno for each in over if any(_COUNTS.search(ast.unparse(part)) for part in _body(each))]


def _iterated(loop: _Loop) -> ast.expr:
    return loop.iter if isinstance(loop, ast.For) else loop.generators[0].iter


def _body(loop: _Loop) -> Sequence[ast.AST]:
    return loop.body if isinstance(loop, ast.For) else [loop.elt]

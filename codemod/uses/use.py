"""One use of fair-esm: the expression to rewrite, and what it is a use of."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Optional

from codemod.flow.values import Meaning
from codemod.program.source import Source


@dataclass(frozen=True)
class Use:
    """`node` is the expression to rewrite; `value` the meaning it is a use of; `links` the expressions it hangs on."""

    source: Source
    node: ast.AST
    key: str
    value: Optional[Meaning] = None
    links: frozenset[ast.AST] = field(default=frozenset(), compare=False)
    why: str = ""

    @property
    def line(self) -> int:
        return self.node.lineno  # type: ignore[attr-defined, no-any-return]

"""What a call hands over."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import Optional

from codemod.flow.values import Value


@dataclass(frozen=True)
class Arguments:
    """What a call hands over; `keywords[None]` is what `**` brings."""

    node: ast.Call
    positional: list[Value]
    keywords: dict[Optional[str], Value]
    expressions: tuple[ast.expr, ...] = ()  # of the positional values

    def get(self, position: int, name: str) -> Value:
        """A parameter's argument, given either way."""
        if name in self.keywords:
            return self.keywords[name]
        return self.positional[position] if position < len(self.positional) else None

    def all(self) -> list[tuple[ast.expr, Value]]:
        named = zip((each.value for each in self.node.keywords), self.keywords.values())
        return [*zip(self.expressions, self.positional), *named]

    def after(self, count: int) -> Arguments:
        return replace(self, positional=self.positional[count:])

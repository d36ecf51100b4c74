"""Literals that are not the only ones: what a parameter is given here, somebody else may give differently."""

from __future__ import annotations

from typing import Optional

from codemod.library import TOKENS
from codemod.values import Const, External, Map, Rows, Seq, Tup, Value, join_all


def hints(value: Value) -> Optional[frozenset[object]]:
    """The literals that are seen for a value, whether or not callers may give others."""
    return value.values if isinstance(value, Const) else None


def opened(value: Value, kinds: tuple[type, ...]) -> Value:
    """The value as a parameter has it that anybody may fill: its literals of these kinds are not the only ones."""
    if isinstance(value, Const):
        return Const(value.values, value.open or any(isinstance(each, kinds) for each in value.values))
    if value == External(TOKENS):
        return External(f"{TOKENS}?")  # somebody's own tokens, too
    if isinstance(value, Tup):
        return Tup(tuple(opened(each, kinds) for each in value.items))
    if isinstance(value, Rows):
        return join_all(opened(each, kinds) for each in value.rows)
    if isinstance(value, Seq):
        return Seq(opened(value.item, kinds))
    if isinstance(value, Map):
        return Map(tuple((key, opened(each, kinds)) for key, each in value.items), opened(value.rest, kinds))
    return value

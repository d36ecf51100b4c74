"""Variables of comprehensions that are written."""

from __future__ import annotations

import re

_WORD = re.compile(r"\w+")


def words(expression: str) -> list[str]:
    return _WORD.findall(expression)


def free(variable: str, expression: str) -> str:
    """A name for the variable under which it hides none that the expression reads beside it."""
    while variable in words(expression):
        variable += "_"
    return variable

"""A program's tokens, as far as Python's own tokenizer can tell them."""

from __future__ import annotations

import tokenize
from collections.abc import Iterator
from contextlib import suppress
from io import StringIO

from codemod.program.source import Source
from codemod.records import LINE_END


def tokens(source: Source) -> Iterator[tokenize.TokenInfo]:
    """In order, with the rows (1-based) and columns of `source.program`; none after what cannot be told."""
    mark = source.program.startswith("\ufeff")
    text = "\n".join(LINE_END.split(source.program.lstrip("\ufeff")))
    with suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(StringIO(text, newline="\n").readline):
            yield token._replace(start=_past(token.start), end=_past(token.end)) if mark else token


def _past(place: tuple[int, int]) -> tuple[int, int]:
    """A place in a program, from one in its text without the byte order mark."""
    row, column = place
    return row, column + (row == 1)

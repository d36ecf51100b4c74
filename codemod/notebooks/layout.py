"""Where the values of a JSON text stand. The text is known to be valid; positions are what `json` does not tell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

Span = tuple[int, int]

_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def root(text: str) -> int:
    """Where the document's one value starts."""
    return _past_blanks(text, 0)


def members(text: str, at: int) -> dict[str, Span]:
    """The span of each value of the object that starts at `at`; of equal keys the last counts, as in `json`."""
    found: dict[str, Span] = {}
    at = _past_blanks(text, at + 1)
    while text[at] != "}":
        key, colon = _DECODER.raw_decode(text, at)
        start = _past_blanks(text, _past_blanks(text, colon) + 1)
        found[key] = (start, _DECODER.raw_decode(text, start)[1])
        at = _next(text, found[key][1])
    return found


def items(text: str, at: int) -> Iterator[Span]:
    """The span of each value of the array that starts at `at`."""
    at = _past_blanks(text, at + 1)
    while text[at] != "]":
        stop = _DECODER.raw_decode(text, at)[1]
        yield at, stop
        at = _next(text, stop)


def _next(text: str, stop: int) -> int:
    """Where the next element starts, or the closing bracket stands."""
    at = _past_blanks(text, stop)
    return _past_blanks(text, at + 1) if text[at] == "," else at


def _past_blanks(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    assert match
    return match.end()

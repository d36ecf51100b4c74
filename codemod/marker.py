"""What a `# TODO(fair-esm): why [rule]` comment is, and how a file reads as if it were not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from codemod.errors import printable
from codemod.records import Leftover

START = "# TODO(fair-esm): "
_COMMENT = r"# TODO\(fair-esm\): "
#: A whole line; what a person writes after the same words has no rule at its end, and stays theirs.
_LINE = re.compile(rf"(?:\A|(?<=[\r\n]))[ \t\f]*(?P<text>{_COMMENT}[^\r\n]* \[(?P<rule>[^\r\n]+)\])[ \t]*(?=[\r\n]|\Z)")
#: The same as bytes, and in a notebook's JSON, where it ends at an escaped line end or a quote.
_IN_BYTES = re.compile(_LINE.pattern.encode())
_IN_JSON = re.compile(_COMMENT.encode() + rb'(?:[^"\\\r\n]|\\[^n\r\n])*')
#: Lines move when comments are written between them, so a comment names none.
_LINES = re.compile(r"(?<=\S):\d+(?=:)|,? (?:at |in |from )?lines? \d+(?:(?:, | and )\d+)*")
_ALSO = re.compile(r" \(also(?: in)? lines? [\d, ]+\)")


class Marker(NamedTuple):
    """A comment of ours: `text[start:stop]` is its line without the line end."""

    start: int
    stop: int
    text: str
    rule: str


def comment(leftover: Leftover) -> str:
    """What is written above the leftover's statement: one line, the same in every run."""
    why = _LINES.sub("", _ALSO.sub("", leftover.why))
    return f"{START}{printable(why)} [{printable(leftover.rule)}]"


def markers(text: str) -> Iterator[Marker]:
    """Every line that looks like a comment of ours; whether it lies in a string, only a parser can tell."""
    if START in text:
        for match in _LINE.finditer(text):
            yield Marker(*match.span(), match["text"], match["rule"])


def unmarked(program: str) -> str:
    """The program with our comments blanked out, every other character where it was."""
    if START not in program:
        return program
    return _LINE.sub(lambda match: " " * len(match[0]), program)


def unmarked_bytes(data: bytes, notebook: bool) -> bytes:
    """A file's bytes without our comments, to be searched for words."""
    return (_IN_JSON if notebook else _IN_BYTES).sub(b"", data) if START.encode() in data else data

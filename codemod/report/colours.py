"""Syntax colours for a diff: which stretch of a line is a comment, a string, a keyword and so on.

A scanner of our own, because Pygments, which rich would use, has to read whole files to know where a docstring ends:
0.9 s of CPU for the 35 users of fair-esm in the corpus, as much as planning their migration; this takes 0.03 s.
Cosmetic only: no decision of the tool depends on it.
"""

from __future__ import annotations

import builtins
import keyword
import re
from bisect import bisect_right

Span = tuple[int, int, str]  # start, stop, kind

COMMENT = r"\#[^\r\n]*"
LONG = r"\"{3}(?:[^\\]|\\.)*?(?:\"{3}|\Z) | '{3}(?:[^\\]|\\.)*?(?:'{3}|\Z)"
SHORT = r""" "(?:[^"\\\r\n]|\\.)*"? | '(?:[^'\\\r\n]|\\.)*'? """
FLAGS = re.VERBOSE | re.DOTALL | re.MULTILINE
#: Strings of several lines, and whatever else could hold their quotes.
QUOTED = re.compile(f"{COMMENT} | (?P<long>{LONG}) | {SHORT}", FLAGS)
TOKEN = re.compile(
    rf"""
      (?P<comment>{COMMENT})
    | (?P<string>(?:\b[rbfutRBFUT]{{1,2}})?(?:{LONG} | {SHORT}))
    | (?P<decorator>^[ \t]*@[\w.]+)
    | (?P<definition>(?<=\bdef[ ])\w+ | (?<=\bclass[ ])\w+)
    | (?P<number>(?<![\w.])\d[\w.]*)
    | (?P<name>[^\W\d]\w*)
    """,
    FLAGS,
)
NAMES = {
    **{name: "builtin" for name in dir(builtins) if not name.startswith("_")},
    **dict.fromkeys(keyword.kwlist, "keyword"),
    **dict.fromkeys(("self", "cls"), "self"),
}


class Colours:
    """The coloured spans of any line of a text; only the lines asked for are read closely."""

    def __init__(self, text: str) -> None:
        self._text = text
        triple = '"""' in text or "'''" in text
        self._long = [match.span() for match in QUOTED.finditer(text) if match.lastgroup] if triple else []
        self._long_starts = [start for start, _ in self._long]

    def line(self, start: int, stop: int) -> list[Span]:
        """Spans of the line that is `text[start:stop]`, counted from its start."""
        inside = self._inside(start, stop)
        spans = [(0, inside - start, "string")] if inside > start else []
        for match in TOKEN.finditer(self._text, inside, stop):
            kind = match.lastgroup or ""
            if kind == "name":
                kind = NAMES.get(match.group(), "")
            if kind:
                spans.append((match.start() - start, match.end() - start, kind))
        return spans

    def _inside(self, start: int, stop: int) -> int:
        """Where in the line the string ends that an earlier line began; `start` where there is none."""
        before = bisect_right(self._long_starts, start - 1) - 1
        return min(max(self._long[before][1], start), stop) if before >= 0 else start

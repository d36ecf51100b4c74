"""The text of a model call's flags replaced by other arguments; comments between them stay where they are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from codemod.records import Edit
from codemod.rule import Site

_COMMA = re.compile(r"[ \t]*,[ \t]*")
_BLANK_BEFORE = re.compile(r"(?:\r\n|\r|\n)[ \t]*\Z")
_LINE_END = re.compile(r"\r\n|\r|\n")


def replaced_flags(site: Site, call: ast.Call, first: ast.expr, flags: Sequence[ast.expr], new: str) -> Iterator[Edit]:
    """`new` in the place of the flags, all of which come after the argument `first`."""
    start = _outer_stop(site, call, first)
    end = max([start, *(_outer_stop(site, call, each) for each in flags)])
    if "#" in site.source.text[start:end]:
        apart = _one_by_one(site, call, flags, new)
        if apart:
            yield from apart
            return
    yield site.edit(start, end, f", {new}")


def _one_by_one(site: Site, call: ast.Call, flags: Sequence[ast.expr], new: str) -> list[Edit]:
    """The first flag becomes `new`, the others go with their commas; empty where a comma is out of reach."""
    spans = sorted(_span(site, call, flag) for flag in flags)
    edits = [site.edit(*spans[0], new)] if spans else []
    for start, stop in spans[1:]:
        comma = _COMMA.match(site.source.text, stop)
        if comma is None and (start, stop) != spans[-1]:
            return []
        edits.append(site.edit(*_with_line(site, start, comma.end() if comma else stop), ""))
    tidy = all("#" not in site.source.text[start:stop] and _whole(site, start, stop) for start, stop in spans)
    return edits if tidy else []


def _span(site: Site, call: ast.Call, flag: ast.expr) -> tuple[int, int]:
    """A flag with its keyword and the parentheses around it."""
    keyword = next((each for each in call.keywords if each.value is flag), None)
    return site.source.span(keyword or flag)[0], _outer_stop(site, call, flag)


def _whole(site: Site, start: int, stop: int) -> bool:
    """Whether a flag is all there is between two commas."""
    before = site.source.text[:start].rstrip()
    return before.endswith(",") or "#" in before.rpartition("\n")[2] or "#" in before.rpartition("\r")[2]


def _with_line(site: Site, start: int, stop: int) -> tuple[int, int]:
    """With the line, where nothing else stands on it."""
    text = site.source.text
    before, after = _BLANK_BEFORE.search(text, 0, start), _LINE_END.match(text, stop)
    return (before.start(), stop) if before and after else (start, stop)


def _outer_stop(site: Site, call: ast.Call, argument: ast.expr) -> int:
    """Where an argument ends, with the parentheses around it."""
    stop, last = site.source.span(argument)[1], site.source.span(call)[1] - 1
    while site.source.text[stop:last].lstrip().startswith(")"):
        stop = site.source.text.index(")", stop) + 1
    return stop

"""No comment of a user's vanishes: one that stands in what an edit replaces goes above its statement."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterator, Sequence

from codemod.marker import START
from codemod.program.source import Source
from codemod.program.tokens import tokens
from codemod.records import Edit
from codemod.writing.comment_places import Places

#: What is said to tools of the code it stands at, and means nothing without it.
_DIRECTIVE = re.compile(
    r"#\s*(?:noqa|nosec|type:|mypy:|pyright:|pylint:|pragma:|ruff:|flake8:|fmt:|isort:|yapf:|autopep8:|pyre-|noinspection)",
    re.IGNORECASE,
)
#: A stub takes a body away with what is said of it; comments of ours go by rules of their own.
_TAKES_AWAY = frozenset(["stub", "mark"])


def rescued(source: Source, edits: Sequence[Edit]) -> list[Edit]:
    """What puts the comments back that the edits would take away, each on a line of its own."""
    replacing = [edit for edit in edits if edit.rule not in _TAKES_AWAY and "#" in source.text[edit.start : edit.stop]]
    if not replacing:
        return []
    places, found = Places(source), list(_comments(source))
    return [
        Edit(at, at, f"{places.indent(at)}{comment}\n", edit.rule)
        for edit in replacing
        for start, comment in found
        if edit.start <= start < edit.stop and comment not in edit.text and not _goes(comment)
        for at in [_above(source, places, edits, edit.start)]
    ]


def _goes(comment: str) -> bool:
    return bool(_DIRECTIVE.match(comment)) or comment.startswith(START)


def _above(source: Source, places: Places, edits: Sequence[Edit], offset: int) -> int:
    """The start of a line above the statement at an offset that no edit replaces."""
    at = places.above(source.line_of(offset))
    while at is not None:
        covering = next((edit for edit in edits if edit.start < at < edit.stop), None)
        if covering is None:
            return at
        at = places.above(source.line_of(covering.start))
    return 0


def _comments(source: Source) -> Iterator[tuple[int, str]]:
    """Every comment with the offset it starts at."""
    for token in tokens(source):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            yield source.line_starts[row - 1] + column, token.string.rstrip()

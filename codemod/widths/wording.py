"""What a rewritten width says about itself, and what a listed one asks for."""

from __future__ import annotations

import ast
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Optional

from codemod.program.source import Source
from codemod.program.tokens import tokens
from codemod.records import Edit
from codemod.widths.numbers import Number
from codemod.widths.places import AXIS, CUT, IN_FEATURES, SHAPE, Place
from codemod.widths.sums import Sum

RULE = "widths"
MODEL = "FastESM2_650"
#: Comments that tools read must stay the first thing in theirs.
_PRAGMA = re.compile(r"#\s*(noqa|type:|pylint:|pragma:|fmt:|mypy:|ruff:|isort:|nosec)")
_MARGIN = 100


def edits(source: Source, rewritten: Mapping[Number, Sum]) -> Iterator[Edit]:
    """The new numbers, and one comment a line that shows the arithmetic."""
    lines: defaultdict[int, list[Sum]] = defaultdict(list)
    for number, made in rewritten.items():
        start, stop = source.span(number.literal)
        yield Edit(start, stop, str(made.new if number.spelled else made.after), RULE)
        lines[number.literal.end_lineno or number.line].append(made)
    for line, sums in lines.items():
        comment = _comment(source, line, sums[0])
        if comment:
            yield comment


def bare(old: int, new: int, reached: Sequence[Place]) -> str:
    if any(each.kind == IN_FEATURES for each in reached):
        return f"{old} looks like the old embedding width; if so, this input is {new} wide now: {_SOURCE}"
    if any(each.kind == SHAPE for each in reached):
        return f"{old} looks like the old embedding width; if so, the shape is {new} now: {_SOURCE}"
    if any(each.kind == AXIS for each in reached):
        return f"{old} looks like the old embedding width; if this axis is the embeddings', it is {new} now: {_SOURCE}"
    if any(each.kind == CUT for each in reached):
        return f"{old} looks like the old embedding width; if so, it cuts elsewhere now, at {new}: {_SOURCE}"
    return f"{old} is called a width, and was the embedding's; if it is meant, it is {new} now: {_SOURCE}"


def doubtful(suspects: Sequence[Sum], doubt: str) -> str:
    made = suspects[0]
    looks = f"{made.before} looks like {arithmetic(made, old=True)}, which would be {made.after} now"
    return f"{looks}, but {doubt}: {_SOURCE}"


def unknown_sum(total: int, old: int, new: int) -> str:
    return f"{total} holds the old embedding width {old}; it would be {total - old + new} now: {_SOURCE}"


def half(made: Sum) -> str:
    """What is proven and yet not done, because the old model is left in another place."""
    return f"{made.before} would be {made.after} now, but what is left still loads the old model: change it by hand"


def total(number: int, made_of: str, new: int) -> str:
    return f"{number} looks like {made_of}, the old embedding width; it would be {new} now: {_SOURCE}"


def beside(made: Sum, line: int) -> str:
    return (
        f"{made.before} is {arithmetic(made, old=True)} and would be {made.after} now, "
        f"but line {line} holds an old width that is not proven: change them together"
    )


def arithmetic(made: Sum, old: bool = False) -> str:
    others = [f"{each.width} ({each.name})" for each in made.others]
    return " + ".join([*others, f"{made.old} (ESM)" if old else f"{made.new} ({MODEL})"])


def terms(node: ast.AST) -> list[int]:
    """The numbers of a sum that is written out."""
    return [each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, int)]


_SOURCE = "take it from `model.config.hidden_size` or from the data's `shape[-1]`"


def _comment(source: Source, line: int, made: Sum) -> Optional[Edit]:
    """The arithmetic behind what the line holds already; None where the line ends inside a string or continues."""
    end = _comment_place(source, line)
    if end is None:
        return None
    start, existing = end
    before = source.text[source.line_starts[line - 1] : start]
    said = _said(made)
    widest = max(_MARGIN, *(len(each) for each in source.text.splitlines()))
    if len(before) + len(said) + 4 > widest and made.others:
        said = " + ".join(map(str, (*(each.width for each in made.others), made.new)))
    mark = ("; " if not _PRAGMA.search(existing) else "  # ") if existing else "  # "
    return Edit(start, start, mark + said, RULE)


def _said(made: Sum) -> str:
    if not made.others:
        return f"{MODEL}, was {made.old}"
    return f"{arithmetic(made)}, was {' + '.join(str(each.width) for each in made.others)} + {made.old}"


def _comment_place(source: Source, line: int) -> Optional[tuple[int, str]]:
    """The end of a line's code or comment, with the comment that is there."""
    comment, stop = "", 0
    for token in tokens(source):
        if token.start[0] > line:
            return None
        if token.end[0] < line:
            continue
        if token.type in (tokenize.NEWLINE, tokenize.NL):
            text = source.text[source.line_starts[line - 1] : stop]
            return source.line_starts[line - 1] + len(text.rstrip()), comment
        comment = token.string if token.type == tokenize.COMMENT else ""
        stop = source.line_starts[line - 1] + token.end[1]
    return None

"""What a migrated program still tells its users about fair-esm: to install it, in an error, a help text or a docstring.

Such text is not code, so no rule reads it, and a person in trouble would follow it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence

from codemod.mentions.elsewhere import TOLD, install
from codemod.program.source import Source
from codemod.records import LINE_END, Edit, Leftover

RULE = "messages"
#: A program without any of these tells nobody to install anything.
WORDS = (b"nstall", b"fair-esm", b"fair_esm")
_OURS = r"(?<![\w./-])(?:fair[-_ ]?esm|ESM|esm)(?![\w/]|-?\d)"
#: "Install ESM with", "esm is not installed", "fair-esm is required".
_TELLS = re.compile(
    rf"\b[Ii]nstall\w*\b[^.\n]{{0,60}}?{_OURS}|{_OURS}[^.\n]{{0,40}}\b(?:not|be)\s+installed\b"
    r"|\bfair[-_]esm\b[^.\n]{0,40}\b(?:requir|missing|not found|not available)"
    r"|\b(?:[Rr]equires?|[Nn]eeds?)\s+[`'\"]*fair[-_]esm\b|git\+\S{0,99}facebookresearch/esm(?![\w-])"
)
_COMMENT = re.compile(r"[ \t]*#[^\r\n]*")


def stale_messages(source: Source, edits: Sequence[Edit], listed: Collection[int] = ()) -> Iterator[Leftover]:
    """Strings and comments that tell to install fair-esm, outside what was rewritten or is listed; one for the file."""
    told = {*_in_strings(source), *_in_comments(source.text)}.difference(listed)
    told = {line for line in told if not _rewritten(source, line, edits)}
    if told:
        yield Leftover.at(source.path, told, RULE, TOLD)


def _in_strings(source: Source) -> Iterator[int]:
    for node in source.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_read(source, node):
            found = _TELLS.search(node.value)
            if found:
                spread = (node.end_lineno or node.lineno) - node.lineno == node.value.count("\n")
                yield node.lineno + (node.value.count("\n", 0, found.start()) if spread else 0)


def _is_read(source: Source, node: ast.Constant) -> bool:
    """Whether a string is more than a word: what a program compares or looks up has no message in it."""
    return " " in node.value or isinstance(source.parents[node], ast.JoinedStr)  # type: ignore[operator]


def _in_comments(text: str) -> Iterator[int]:
    for number, line in enumerate(LINE_END.split(text), 1):
        if _COMMENT.match(line) and install(line):
            yield number


def _rewritten(source: Source, line: int, edits: Sequence[Edit]) -> bool:
    spans = [(source.line_of(edit.start), source.line_of(edit.stop)) for edit in edits if edit.start < edit.stop]
    return any(first <= line <= last for first, last in spans)

"""The last look at a plan: it must parse where the format can be parsed, and mention every declaration."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Callable

from codemod.manifests.decide import Decision
from codemod.manifests.entry import FAIR_WORD, RULE
from codemod.manifests.lines import break_before, lines
from codemod.records import Edit, Leftover

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

#: A line that asks for fair-esm: a requirement or an installation, not a path, a title or a link.
_ASKS = re.compile(
    r"^\s*(?:-\s+)?['\"]?fair[-_.]+esm(?![\w./-])|(?<![\w./-])fair[-_.]+esm(?:\[[\w, ]+\])?(?=\s*(?:[=<>~!@;,'\"\]]|$))"
    r"|git\+\S{0,99}facebookresearch/esm(?![\w-])",
    re.I,
)
_FETCHES = re.compile(r"install|clone|submodule")
#: Lines that talk about fair-esm, or about a folder of that name.
_TALKS = re.compile(
    r"\s*(?:-\s+)?(?:(?:name|title|summary|description|id)\s*[:=]|(?:RUN\s+)?(?:rm|cd|mv|cp|mkdir|tar|COPY|ADD|WORKDIR)\s)",
    re.I,
)
#: setup.cfg of fair-esm itself, whose extras name it.
_OWN = re.compile(r"^name\s*=\s*fair[-_.]+esm\s*$", re.I | re.M)
_PARSERS: dict[str, Callable[[str], object]] = {"toml": tomllib.loads, "pipfile": tomllib.loads, "py": ast.parse}


def checked(path: str, text: str, decisions: list[Decision]) -> Iterator[Decision]:
    """The decisions, if the edited text still parses; else one leftover for each line they would touch."""
    edits = _to_the_end(text, _joined([decision for decision in decisions if isinstance(decision, Edit)]))
    leftovers = [decision for decision in decisions if isinstance(decision, Leftover)]
    why = _broken(path, edited(text, edits)) if edits else None
    if why:
        numbers = dict.fromkeys(_number(text, edit.start) for edit in edits)
        yield from (Leftover(path, number, RULE, why) for number in numbers)
    else:
        yield from edits
    yield from dict.fromkeys(leftovers)
    yield from _unmentioned(path, text, edits, leftovers)


def edited(text: str, edits: list[Edit]) -> str:
    """The text with the edits made."""
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.stop :]
    return text


def _joined(edits: list[Edit]) -> list[Edit]:
    """Neighbouring removals that overlap become one."""
    joined: list[Edit] = []
    for edit in sorted(dict.fromkeys(edits)):
        last = joined[-1] if joined else None
        if last and edit.start <= last.stop and not (edit.text or last.text):
            joined[-1] = Edit(last.start, max(last.stop, edit.stop), "", RULE)
        else:
            joined.append(edit)
    return joined


def _to_the_end(text: str, edits: list[Edit]) -> list[Edit]:
    """Where the last lines go and had no final newline, the lines before them get none either."""
    last = edits[-1] if edits else None
    if not last or last.text or last.stop < len(text) or text.endswith(("\n", "\r")):
        return edits
    return [*edits[:-1], replace(last, start=last.start - len(break_before(text, last.start)))]


def _broken(path: str, text: str) -> str | None:
    parser = _PARSERS.get(path.rsplit("/", 1)[-1].rsplit(".", 1)[-1].lower())
    if not parser:
        return None
    try:
        parser(text)
    except (ValueError, SyntaxError, RecursionError) as error:
        return f"the edited file would not parse ({error}): edit it by hand"
    return None


def _unmentioned(path: str, text: str, edits: list[Edit], leftovers: list[Leftover]) -> Iterator[Leftover]:
    if path.lower().endswith((".toml", ".py", ".lock", ".gitmodules")) or _OWN.search(text):
        return
    listed = {leftover.line for leftover in leftovers}
    for number, line in enumerate(lines(text), 1):
        written = text[line.start : line.stop].split("#", 1)[0]
        if number in listed or _TALKS.match(written) or not _asks(written):
            continue
        if not any(edit.start < line.next and line.start < edit.stop for edit in edits):
            yield Leftover(path, number, RULE, "fair-esm is asked for here in a form this tool does not edit")


def _asks(line: str) -> bool:
    fetch = _FETCHES.search(line)
    return bool(_ASKS.search(line) or (fetch and FAIR_WORD.search(line, fetch.end())))


def _number(text: str, offset: int) -> int:
    return sum(1 for line in lines(text) if line.next <= offset) + 1

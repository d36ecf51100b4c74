"""Lines of a file as it was, as lines of the file as it is now written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import SequenceMatcher

from codemod.files.text import splice
from codemod.marker import markers
from codemod.notebooks.read import read
from codemod.notebooks.write import fit
from codemod.records import LINE_END, FilePlan, Group, Migration, line_number
from codemod.report.alignment import pairs
from codemod.writing.assemble import one_each
from codemod.writing.comment_places import moved


def as_written(migration: Migration) -> Migration:
    """The migration whose leftovers name the lines where they are once every file is written; so do their reasons."""
    lines = {plan.path: _lines(plan) for plan in migration.files if plan.changed and plan.leftovers}
    if not lines:
        return migration
    files = tuple(_moved(plan, lines) for plan in migration.files)
    return replace(migration, files=files, groups=tuple(_left(group, lines) for group in migration.groups))


_Lines = Mapping[str, Mapping[int, int]]  # for each path, the new number of an old line


def _lines(plan: FilePlan) -> Mapping[int, int]:
    return _by_edits(plan) or dict(_by_likeness(LINE_END.split(plan.source), LINE_END.split(plan.result)))


def _moved(plan: FilePlan, lines: _Lines) -> FilePlan:
    here = lines.get(plan.path, {})
    placed = (replace(each, line=here.get(each.line, each.line), why=_said(each.why, lines)) for each in plan.leftovers)
    return replace(plan, leftovers=tuple(sorted(placed)))


def _left(group: Group, lines: _Lines) -> Group:
    if group.status != "left":
        return group
    placed = tuple((path, lines.get(path, {}).get(line, line)) for path, line in group.lines)
    return replace(group, lines=placed, why=group.why and _said(group.why, lines))


def _said(why: str, lines: _Lines) -> str:
    """A reason that names places: `left together with a.py:11: ...`, `still needed in a.py, line 11`."""
    paths = "|".join(map(re.escape, lines))
    named = re.compile(rf"(?<![\w/.-])(?P<path>{paths})(?P<between>:|, line )(?P<line>\d+)")
    return named.sub(lambda match: f"{match['path']}{match['between']}{_number(match, lines)}", why)


def _number(match: re.Match[str], lines: _Lines) -> int:
    line = int(match["line"])
    return lines[match["path"]].get(line, line)


def _by_edits(plan: FilePlan) -> Mapping[int, int]:
    """The lines of leftovers, by the edits and comments that move them; empty where a person edited on."""
    edits = fit(read(plan.before), one_each(plan.edits)) if plan.cells else plan.edits
    whole = splice(plan.source, edits)
    made = whole if plan.cells or plan.source[:1] in ("", "\r", "\n") else whole.lstrip("\r\n")
    old, new = _plain(made), _plain(plan.result)
    if list(old.values()) != list(new.values()):
        return {}
    numbers = dict(zip(old, new))
    starts = [0, *(match.end() for match in LINE_END.finditer(plan.source))]
    found: dict[int, int] = {}
    for line in {each.line for each in plan.leftovers if each.line <= len(starts)}:
        end = starts[line] if line < len(starts) else len(plan.source)
        text = plan.source[starts[line - 1] : end]
        at = moved(edits, starts[line - 1] + len(text) - len(text.lstrip(" \t\f")))
        if at is not None:
            number = line_number(made, max(0, at - len(whole) + len(made)))
            found[line] = numbers.get(number, number)
    return found


def _plain(text: str) -> dict[int, str]:
    """The lines that are no comment of ours, by their numbers."""
    ours = {line_number(text, each.start) for each in markers(text)}
    return {number: line for number, line in enumerate(LINE_END.split(text), 1) if number not in ours}


def _by_likeness(old: list[str], new: list[str]) -> Iterator[tuple[int, int]]:
    """Every old line that is still there, or has become another, with its new number."""
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from ((i1 + at + 1, j1 + at + 1) for at in range(i2 - i1))
            continue
        at = j1
        for i, j in pairs(old[i1:i2], new[j1:j2]):
            at = at if j is None else j1 + j
            if i is not None:
                yield i1 + i + 1, min(at, len(new) - 1) + 1

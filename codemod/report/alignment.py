"""Which old line became which new line, and which words of it changed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import accumulate, zip_longest
from typing import Optional

WORD = re.compile(r"\w+|\s+|[^\w\s]")
#: Below this share of common words two lines are no longer one line that changed. In a line of more characters than
#: LONG nobody looks for the changed word, and a block of more pairs than MANY is a rewrite, not a change of lines.
ALIKE, LONG, MANY = 0.5, 1000, 2500

Pair = tuple[Optional[int], Optional[int]]
Marks = list[tuple[int, int]]


def pairs(old: Sequence[str], new: Sequence[str]) -> Iterator[Pair]:
    """Indices of the lines to show beside each other, in order; lines without a partner fill the rows between."""
    i = j = 0
    for here, there in [*_partners(old, new), (len(old), len(new))]:
        yield from zip_longest(range(i, here), range(j, there))
        if here < len(old):
            yield here, there
        i, j = here + 1, there + 1


def marks(before: str, after: str) -> tuple[Marks, Marks]:
    """The stretches of two versions of a line that differ; none where nearly everything does."""
    if max(len(before), len(after)) > LONG:
        return [], []
    old, new = WORD.findall(before), WORD.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < ALIKE:
        return [], []
    codes = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    return _stretches(old, [code[1:3] for code in codes]), _stretches(new, [code[3:5] for code in codes])


def _partners(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """The pairs of like lines, in order on both sides, whose likeness adds up to most."""
    if len(old) * len(new) > MANY:
        return []
    left, right = _bags(old), _bags(new)
    best: list[list[tuple[float, list[tuple[int, int]]]]] = [[(0.0, [])] * (len(new) + 1)]
    for i, one in enumerate(left):
        row: list[tuple[float, list[tuple[int, int]]]] = [(0.0, [])]
        for j, other in enumerate(right):
            total, found = best[i][j]
            like = _likeness(one, other)
            joined = [(total + like, [*found, (i, j)])] if like >= ALIKE else []
            row.append(max(*joined, best[i][j + 1], row[j], key=lambda option: option[0]))
        best.append(row)
    return best[-1][-1][1]


def _bags(lines: Sequence[str]) -> list[Counter[str]]:
    return [Counter(word for word in WORD.findall(line[:LONG]) if not word.isspace()) for line in lines]


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    total = sum(one.values()) + sum(other.values())
    return 2 * sum((one & other).values()) / total if total else 0.0


def _stretches(words: list[str], ranges: list[tuple[int, int]]) -> Marks:
    """Ranges of words as ranges of characters; two that only a space parts are one."""
    merged: Marks = []
    for start, stop in ranges:
        if merged and not "".join(words[merged[-1][1] : start]).strip():
            merged[-1] = (merged[-1][0], stop)
        elif start < stop:
            merged.append((start, stop))
    ends = [0, *accumulate(map(len, words))]
    return [(ends[start], ends[stop]) for start, stop in merged]

"""Files in columns, so that what goes between them goes from left to right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Pair = tuple[str, str]  # from, to


def columns(files: Sequence[str], pairs: Sequence[Pair]) -> list[list[str]]:
    """Files by the longest way to them, and in each column in the order of what they come from.

    `pairs` come in the order of their weight: where they go in a circle, the last of them goes from right to left.
    """
    before = _before(files, pairs)
    ranks: dict[str, int] = {}
    for path in _ordered(files, before):
        ranks[path] = max([ranks[other] + 1 for other in before[path]], default=0)
    made: list[list[str]] = [[] for _ in range(max(ranks.values()) + 1)]
    places: dict[str, float] = {}
    for rank, column in enumerate(made):
        column += sorted(
            (path for path in files if ranks[path] == rank),
            key=lambda path: (_mean([places[other] for other in before[path]]), path),
        )
        places.update({path: number for number, path in enumerate(column)})
    return made


def _before(files: Sequence[str], pairs: Sequence[Pair]) -> dict[str, set[str]]:
    """What stands left of each file: what its values come from, unless that stands right of it already."""
    before: dict[str, set[str]] = {path: set() for path in files}
    for left, right in pairs:
        if _leads(before, right, left):
            left, right = right, left
        before[right].add(left)
    return before


def _leads(before: Mapping[str, set[str]], start: str, stop: str) -> bool:
    """Whether `start` stands somewhere left of `stop`."""
    todo, seen = [stop], set()
    while todo:
        path = todo.pop()
        if path == start:
            return True
        if path not in seen:
            seen.add(path)
            todo += before[path]
    return False


def _ordered(files: Sequence[str], before: Mapping[str, set[str]]) -> list[str]:
    done: dict[str, None] = {}
    while len(done) < len(files):
        done.update(dict.fromkeys(path for path in files if path not in done and before[path] <= done.keys()))
    return list(done)


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers) if numbers else 0.0


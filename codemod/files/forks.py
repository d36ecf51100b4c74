"""A long list worked through by several processes, because Python searches one file at a time in each."""

from __future__ import annotations

import marshal
import os
import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

#: More gain little: starting a process takes as long as searching a few hundred files.
PROCESSES = 4
#: A list is shared out in parts no shorter than this.
SHORTEST = 1500


class _Child(NamedTuple):
    pid: int
    answers: int  # the end of a pipe


def each_part(work: Callable[[Sequence[str]], Any], names: Sequence[str]) -> list[Any]:
    """What `work` answers for each part of the list, in order; the first is done here, the others by copies of us.

    Answers are what `marshal` can write. A part whose process does not answer is done here after all.
    """
    parts = _parts(names, _processes(len(names)))
    children = [_start(work, part) for part in parts[1:]]
    try:
        answers = [work(parts[0])]
        answers += [_read(child) or work(part) for child, part in zip(children, parts[1:])]
    finally:
        for child in children:
            os.close(child.answers)
            os.waitpid(child.pid, 0)
    return answers


def _processes(count: int) -> int:
    """How many processes pay; one where threads run, which a copy of the process would not have."""
    if not hasattr(os, "sched_getaffinity") or threading.active_count() > 1:
        return 1
    return max(1, min(PROCESSES, len(os.sched_getaffinity(0)), count // SHORTEST))


def _parts(names: Sequence[str], count: int) -> list[Sequence[str]]:
    size = -(-len(names) // count)
    return [names[n * size : (n + 1) * size] for n in range(count)]


def _start(work: Callable[[Sequence[str]], Any], part: Sequence[str]) -> _Child:
    answers, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return _Child(pid, answers)
    try:  # nothing may leave this block: what the parent has open and has to clean up is not ours
        with os.fdopen(writing, "wb") as pipe:
            marshal.dump(work(part), pipe)
    finally:
        os._exit(0)


def _read(child: _Child) -> Any:
    with os.fdopen(os.dup(child.answers), "rb") as pipe:
        try:
            return marshal.load(pipe)
        except (EOFError, ValueError, TypeError):
            return None

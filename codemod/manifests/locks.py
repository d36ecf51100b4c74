"""Files that tools write, and git's submodules: never edited, listed with what to run."""

from __future__ import annotations

from collections.abc import Iterator

from codemod.manifests.entry import FAIR_URL, FAIR_WORD, RULE
from codemod.manifests.lines import lines
from codemod.manifests.names import LOCKS
from codemod.records import Leftover


def read(path: str, text: str) -> Iterator[Leftover]:
    """One leftover for a lock file that holds fair-esm, at the first line that names it."""
    command = LOCKS[path.rsplit("/", 1)[-1].lower()]
    for number, line in enumerate(lines(text), 1):
        if FAIR_WORD.search(text, line.start, line.stop):
            yield Leftover(
                path, number, RULE, f"a lock file: once the declarations have changed, regenerate it with `{command}`"
            )
            return


def read_submodules(path: str, text: str) -> Iterator[Leftover]:
    """Each submodule that is a checkout of fair-esm."""
    for number, line in enumerate(lines(text), 1):
        if FAIR_URL.search(text, line.start, line.stop):
            why = "a submodule holds fair-esm: when nothing uses it, `git rm` its path"
            yield Leftover(path, number, RULE, why)

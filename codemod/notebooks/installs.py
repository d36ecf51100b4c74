"""`!pip install fair-esm` and `%pip install fair-esm`: planned as the install commands of a shell script are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from codemod.manifests import shell
from codemod.manifests.check import checked
from codemod.manifests.decide import Manifest, decide
from codemod.manifests.entry import FAIR_WORD, Entry, Section
from codemod.manifests.lines import line_at
from codemod.manifests.needs import Needs
from codemod.notebooks.layout import Span
from codemod.notebooks.read import Notebook
from codemod.records import Edit, Leftover

#: More than one command: removing the line would remove the others.
_SEVERAL = re.compile(r"[;|]|&&|^%%")


def plan_installs(
    path: str, notebook: Notebook, needs: Needs, keep: bool, migrated: bool = True
) -> Iterator[Edit | Leftover]:
    """What to do to a notebook's install commands; offsets and lines count in `Notebook.source`.

    `keep` and `migrated` mean what they mean to `plan_manifest`.
    """
    text = _commands(notebook)
    wanted = needs.parsed() if migrated else ()
    if FAIR_WORD.search(text) or any(need.name in text.lower() for need in wanted):
        sections = [_whole_lines(text, notebook.commands, section) for section in shell.read(path, text)]
        yield from checked(path, text, list(decide(Manifest(path, text, wanted, keep), sections)))


def _commands(notebook: Notebook) -> str:
    """The source with everything blank but what IPython takes for itself."""
    blank = re.sub(r"[^\r\n]", " ", notebook.source)
    parts, at = [], 0
    for start, stop in notebook.commands:
        parts += [blank[at:start], notebook.source[start:stop]]
        at = stop
    return "".join([*parts, blank[at:]])


def _whole_lines(text: str, commands: tuple[Span, ...], section: Section) -> Section:
    return replace(section, entries=tuple(_whole_line(text, commands, entry) for entry in section.entries))


def _whole_line(text: str, commands: tuple[Span, ...], entry: Entry) -> Entry:
    """A command that installs nothing else goes with its `!`, unless it may be all that a block has."""
    start, stop = next(span for span in commands if span[0] <= entry.start < span[1])
    first, last = line_at(text, start), line_at(text, stop)
    if entry.cut or first.start < start or _SEVERAL.search(text[start:stop]):
        return entry
    return replace(entry, cut=(first.start, last.next))

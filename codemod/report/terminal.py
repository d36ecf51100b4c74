"""A migration in the terminal: what changes in meaning, the files, the diff, what is left, what to run next."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from typing import Optional, TextIO

from rich.console import Console
from rich.text import Text

from codemod.records import FilePlan, Leftover, Migration
from codemod.report import words
from codemod.report.terminal_diff import SIDE_BY_SIDE, diff
from codemod.report.terminal_tree import tree

STATUS = {"migrated": "green", "partial": "yellow", "stubbed": "magenta", "left": "yellow", "error": "red"}


def open_console(file: Optional[TextIO] = None) -> Console:
    """A console that colours only a terminal, honours `NO_COLOR`, and takes no text for markup.

    Characters that the stream's encoding lacks come out as escapes: a report must not end in an error halfway.
    """
    stream = sys.stdout if file is None else file
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    return _Console(file=file, highlight=False, markup=False, emoji=False)


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """`| head` has seen enough, which is no error; rich would exit with 1, which says that `--check` found some."""
        raise BrokenPipeError


def show(migration: Migration, console: Console, *, next_steps: Optional[Sequence[words.Step]] = None) -> None:
    """Print the whole report, as text that stays greppable when piped.

    `next_steps` are pairs of a command and what it is for; by default those of `words.next_steps`. After `--apply`
    the diff is not repeated. Side by side from 160 columns.
    """
    steps = words.next_steps(migration) if next_steps is None else next_steps
    for part in _parts(migration, console, steps):
        if console.color_system:
            console.print(part, soft_wrap=True)
        else:  # nothing to render: twice as fast, and tabs stay tabs
            console.out(part.plain, highlight=False)


def _parts(migration: Migration, console: Console, steps: Sequence[words.Step]) -> Iterator[Text]:
    yield from _meaning(migration, console)
    yield Text(_wrapped(words.headline(migration), console, "", ""), "bold")
    if words.nothing_found(migration):
        return
    yield from _files(migration, console)
    if not migration.applied:
        for plan in migration.changed:
            yield _title(plan)
            yield diff(plan, console, side_by_side=console.width >= SIDE_BY_SIDE)
    yield from _left(migration, console)
    yield from _steps(steps, console.width)


def _meaning(migration: Migration, console: Console) -> Iterator[Text]:
    if migration.notes:
        yield Text("What changes in meaning", "bold yellow")
        for note in migration.notes:
            yield Text(_wrapped(words.visible(note), console, "  - ", "    "))
        yield Text()


def _files(migration: Migration, console: Console) -> Iterator[Text]:
    yield Text(_wrapped(words.counts(migration), console, "", ""))
    if migration.skipped:
        yield Text(_wrapped(words.skipped(migration), console, "", ""), "dim")
    yield Text("\nFiles", "bold")
    rows = list(tree(migration.files, drawn=console.is_terminal, ascii_only=console.options.ascii_only))
    width = max(len(label) for label, _ in rows)
    for label, plan in rows:
        line = Text("  ").append(label.ljust(width) if plan else label)
        if plan:
            line.append(f"  {plan.status:<9}", STATUS.get(plan.status, "")).append(f" {words.file_counts(plan)}")
        line.rstrip()
        yield line


def _title(plan: FilePlan) -> Text:
    cells = " (code cells)" if plan.cells else ""
    return Text("\n" + words.visible(plan.path), "bold").append(f"{cells}  {words.file_counts(plan)}", "not bold dim")


def _left(migration: Migration, console: Console) -> Iterator[Text]:
    if not migration.leftovers:
        return
    plans = [plan for plan in migration.files if plan.leftovers]
    places = words.plural(len(migration.leftovers), "place")
    yield Text(f"\nLeft for you: {places} in {words.plural(len(plans), 'file')}", "bold yellow")
    for plan in plans:
        for leftover in sorted(plan.leftovers):
            yield _leftover(leftover, console)
    for group in words.left_groups(migration):
        why = f"left together, because half a migration is a broken program: {', '.join(group.files)}: {group.why}"
        yield Text(_wrapped(words.visible(why), console, "  ", "    "), "dim")


def _leftover(leftover: Leftover, console: Console) -> Text:
    place = f"{words.visible(leftover.path)}:{leftover.line}:"
    text = _wrapped(words.visible(f"{place} {leftover.why} [{leftover.rule}]"), console, "  ", "    ")
    line = Text(text)
    line.stylize("cyan", 2, 2 + len(place))
    return line


def _steps(steps: Sequence[words.Step], width: int) -> Iterator[Text]:
    if not steps:
        return
    yield Text("\nNext", "bold")
    column = max(len(command) for command, _ in steps)
    wide = any(column + len(purpose) + len("    # ") > width for _, purpose in steps)
    for command, purpose in steps:
        if wide:
            yield Text(f"  # {purpose}", "dim")
            yield Text(f"  {command}", "cyan")
        else:
            yield Text("  ").append(command.ljust(column), "cyan").append(f"  # {purpose}", "dim")


def _wrapped(text: str, console: Console, first: str, rest: str) -> str:
    """Prose with a hanging indent on a terminal; one line, for grep, where it is piped."""
    if not console.is_terminal:
        return first + text
    return textwrap.fill(text, max(console.width, 40), initial_indent=first, subsequent_indent=rest,
                         break_long_words=False, break_on_hyphens=False)  # fmt: skip

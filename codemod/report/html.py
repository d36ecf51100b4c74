"""A migration as one HTML page that needs nothing else: no network, no other file, light or dark as the reader is."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from codemod.records import FilePlan, Leftover, Migration
from codemod.report import words
from codemod.report.anchors import Anchors
from codemod.report.html_diff import diff, listing
from codemod.report.hunks import Hunk, windows
from codemod.report.page import page
from codemod.report.picture import picture

KEYS = (
    ("j", "next file"),
    ("k", "previous file"),
    ("n", "next place that is left for you"),
    ("p", "previous place that is left for you"),
    ("g", "picture of the groups"),
    ("/", "search"),
    ("e", "open or close all files"),
    ("?", "show or hide these keys"),
    ("Esc", "clear the search"),
)


def to_html(migration: Migration) -> str:
    """The whole report: meaning first, then counts, groups, leftovers, the files with their diffs, and what to run."""
    plans = sorted(migration.files, key=lambda plan: plan.path)
    anchors = Anchors.of(migration)
    title = f"fair-esm to {_text(migration.to)}: {_text(migration.root.name)}"
    head = f"<h1>{title}</h1>{_meaning(migration)}{_summary(migration)}"
    if not plans:
        return page(title, f"<main>{head}</main>")
    files = "".join(_file(plan, anchors, migration.applied) for plan in plans)
    return page(
        title,
        f"<main>{head}{_groups(migration, anchors)}{_left(migration, anchors)}{_steps(migration)}</main>"
        f"{_bar(plans)}<main>{files}</main>",
    )


def _text(text: object) -> str:
    return escape(words.visible(str(text)))


def _meaning(migration: Migration) -> str:
    if not migration.notes:
        return ""
    notes = "".join(f"<li>{_text(note)}</li>" for note in migration.notes)
    return f'<section class="meaning"><h2>What changes in meaning</h2><ul>{notes}</ul></section>'


def _summary(migration: Migration) -> str:
    skipped = f'<p class="dim">{_text(words.skipped(migration))}</p>' if migration.skipped else ""
    return f"<p><b>{_text(words.headline(migration))}</b></p><p>{_text(words.counts(migration))}</p>{skipped}"


def _groups(migration: Migration, anchors: Anchors) -> str:
    drawn = picture(migration, anchors.files, anchors.targets)
    if not drawn:
        return ""
    note = (
        '<p class="dim">A box is a group of uses that one value joins: it is migrated as a whole or not at all. '
        "An arrow leads from the file that makes a value to a file that uses it, under the names it has there; a "
        "dotted one from a module to a file that imports it. The title leads to the changes, a file to its diff.</p>"
    )
    return f'<h2 id="groups">What belongs together</h2>{note}<div class="scroll">{drawn}</div>'


def _left(migration: Migration, anchors: Anchors) -> str:
    rows = "".join(
        f'<tr data-status="{_text(plan.status)}"><td><a class="path" href="#{anchors.left[leftover]}">'
        f"{_text(plan.path)}:{leftover.line}</a></td><td>{_text(leftover.why)} {_rule(leftover)}</td></tr>"
        for plan in sorted(migration.files, key=lambda plan: plan.path)
        for leftover in sorted(plan.leftovers)
    )
    return f'<h2>Left for you, and why</h2><table class="list">{rows}</table>' if rows else ""


def _rule(leftover: Leftover) -> str:
    return f'<span class="dim">[{_text(leftover.rule)}]</span>'


def _steps(migration: Migration) -> str:
    steps = words.next_steps(migration)
    shown = "".join(f"<p>{_text(purpose)}</p><pre>{_text(command)}</pre>" for command, purpose in steps)
    return f"<h2>What to run next</h2>{shown}" if shown else ""


def _bar(plans: Sequence[FilePlan]) -> str:
    boxes = "".join(
        f'<label class="status {status}"><input type="checkbox" value="{status}" checked> {status}</label>'
        for status in sorted({_text(plan.status) for plan in plans})
    )
    keys = "".join(f"<dt><kbd>{key}</kbd></dt><dd>{what}</dd>" for key, what in KEYS)
    return (
        '<div class="bar"><div><input id="search" type="search" placeholder="Search files, code and reasons" '
        f'aria-label="Search">{boxes}<span id="shown" class="dim" aria-live="polite"></span>'
        f'<details id="help"><summary><kbd>?</kbd> keys</summary><dl>{keys}</dl></details></div></div>'
    )


def _file(plan: FilePlan, anchors: Anchors, applied: bool) -> str:
    cells = ' <span class="dim">code cells</span>' if plan.cells else ""
    changes = diff(plan, lambda hunk: _head(plan, hunk, anchors)) if plan.changed else ""
    return (
        f'<details class="file" id="{anchors.files[plan.path]}" data-status="{_text(plan.status)}" open><summary>'
        f'<span class="path">{_text(plan.path)}</span>{cells}'
        f'<span class="status {_text(plan.status)}">{_text(plan.status)}</span>'
        f'<span class="dim">{_counts(plan, anchors)}</span></summary>'
        f"{changes}{_left_here(plan, anchors, applied)}</details>\n"
    )


def _counts(plan: FilePlan, anchors: Anchors) -> str:
    """What was done in a file and what is left, which leads to the first of it."""
    counts = words.file_counts(plan)
    if not plan.leftovers:
        return counts
    edits, _, left = counts.rpartition(", ")
    first = anchors.left[min(plan.leftovers)]
    return f'{edits}{edits and ", "}<a href="#{first}">{left}</a>'


def _head(plan: FilePlan, hunk: Hunk, anchors: Anchors) -> str:
    """The groups of a hunk: a link to the picture, and one to the group's next change."""
    said = []
    for group, number in anchors.numbers(plan, hunk):
        total = len(anchors.changes[group])
        more = f' <a href="#change-{group}-{number % total + 1}">{number} of {total}, next</a>' if total > 1 else ""
        said.append(f' · <a id="change-{group}-{number}" href="#{anchors.boxes[group]}">group {group}</a>{more}')
    return "".join(said)


def _left_here(plan: FilePlan, anchors: Anchors, applied: bool) -> str:
    if not plan.leftovers:
        return ""
    line = windows(plan.result if applied else plan.source, 0)
    left = "".join(
        f'<li id="{anchors.left[leftover]}" tabindex="-1">line {leftover.line}: {_text(leftover.why)} '
        f"{_rule(leftover)}{_home(leftover, anchors)}{listing(line(leftover.line))}</li>"
        for leftover in sorted(plan.leftovers)
    )
    return f'<ul class="left">{left}</ul>'


def _home(leftover: Leftover, anchors: Anchors) -> str:
    """A link to the group that was left, in the picture."""
    group = anchors.homes.get(leftover)
    return "" if group is None else f' · <a href="#{anchors.boxes[group]}">group {group}</a>'

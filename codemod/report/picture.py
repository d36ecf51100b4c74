"""The groups of a migration as an SVG picture: a box for each group, its files inside, a line where a file is in two.

Simple and the same every time: boxes in rows from left to right, in order of their numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Optional

from codemod.records import Group, Migration
from codemod.report.words import plural, visible

WIDTH, GAP, PAD, ROW, HEAD = 1040, 18, 10, 26, 26  # pixels
CHARACTER = 7.3  # pixels of a monospace character at 12 px
ALONE = "in no group"


@dataclass(frozen=True)
class Box:
    """A cluster with its place: one group, or all groups that have the same files, outcome and reason."""

    title: str
    status: str
    files: tuple[str, ...]
    why: Optional[str]
    x: int
    y: int

    @property
    def width(self) -> int:
        longest = max(map(len, (self.title, *map(visible, self.files))))
        return min(round(longest * CHARACTER) + 4 * PAD, WIDTH)

    @property
    def height(self) -> int:
        return HEAD + ROW * len(self.files) + PAD

    def middle(self, path: str) -> int:
        return self.y + HEAD + ROW * self.files.index(path) + ROW // 2 - 2


def picture(migration: Migration, anchors: dict[str, str]) -> str:
    """The picture as an SVG element; empty where there are no groups. `anchors` are the ids of the files."""
    if not migration.groups:
        return ""
    boxes = list(_placed(_clusters(migration)))
    height = max(box.y + box.height for box in boxes) + 1
    statuses = {plan.path: plan.status for plan in migration.files}
    drawn = "".join(_box(box, anchors, statuses) for box in boxes) + "".join(_links(boxes))
    return (
        f'<svg viewBox="0 0 {WIDTH + 1} {height}" width="{WIDTH + 1}" role="img" '
        f'aria-label="Groups of files that migrate together">{drawn}</svg>'
    )


def _clusters(migration: Migration) -> Iterator[tuple[str, str, tuple[str, ...], Optional[str]]]:
    alike: dict[tuple[tuple[str, ...], str, Optional[str]], list[Group]] = {}
    for group in sorted(migration.groups, key=lambda group: group.id):
        alike.setdefault((tuple(sorted(set(group.files))), group.status, group.why), []).append(group)
    for (files, status, why), groups in alike.items():
        name = f"group {groups[0].id}" if len(groups) == 1 else plural(len(groups), "group")
        yield f"{name}, {status}", status, files, why
    grouped = {path for group in migration.groups for path in group.files}
    others = tuple(sorted(plan.path for plan in migration.files if plan.path not in grouped))
    if others:
        yield ALONE, "alone", others, None


def _placed(clusters: Iterator[tuple[str, str, tuple[str, ...], Optional[str]]]) -> Iterator[Box]:
    x = y = tallest = 0
    for cluster in clusters:
        box = Box(*cluster, x, y)
        if x and x + box.width > WIDTH:
            x, y, tallest = 0, y + tallest + GAP, 0
            box = Box(*cluster, x, y)
        yield box
        x, tallest = x + box.width + 2 * GAP, max(tallest, box.height)


def _box(box: Box, anchors: dict[str, str], statuses: dict[str, str]) -> str:
    why = f"<title>{escape(visible(box.why))}</title>" if box.why else ""
    files = "".join(_file(box, path, anchors.get(path), statuses.get(path, "")) for path in box.files)
    return (
        f'<g class="group {escape(box.status)}">{why}'
        f'<rect x="{box.x + 0.5}" y="{box.y + 0.5}" width="{box.width}" height="{box.height}" rx="8"/>'
        f'<text class="title" x="{box.x + PAD}" y="{box.y + 18}">{escape(box.title)}</text>{files}</g>'
    )


def _file(box: Box, path: str, anchor: Optional[str], status: str) -> str:
    y = box.middle(path)
    node = (
        f'<g class="node {escape(status)}"><rect x="{box.x + PAD}" y="{y - 11}" '
        f'width="{box.width - 2 * PAD}" height="22" rx="5"/>'
        f'<text x="{box.x + 2 * PAD}" y="{y + 4}">{escape(visible(path))}</text></g>'
    )
    return f'<a href="#{escape(anchor)}">{node}</a>' if anchor else node


def _links(boxes: Sequence[Box]) -> Iterator[str]:
    """A curve from each place of a file to its next one."""
    last: dict[str, Box] = {}
    for box in boxes:
        for path in box.files:
            if path in last:
                yield _curve(last[path], box, path)
            last[path] = box


def _curve(one: Box, other: Box, path: str) -> str:
    x1, y1, x2, y2 = one.x + one.width - PAD, one.middle(path), other.x + PAD, other.middle(path)
    bend = max(30, abs(x2 - x1) // 3)
    return f'<path class="link" d="M{x1} {y1} C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"/>'

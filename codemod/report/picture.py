"""The groups of a migration as an SVG picture: a box for each group, its files inside, arrows for what goes from file
to file (`codemod.deciding.flows` has found it), a dashed line where a file is in two groups.

The same every time: boxes in rows from left to right, in order of their numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Optional

from codemod.records import Group, Migration
from codemod.report.layout import BEND, LINE, PAD, Layout, Node, Route, layout, wide
from codemod.report.words import plural, visible

WIDTH, GAP, HEAD = 1400, 18, 28  # pixels
ALONE = "in no group"
IMPORTED = ' class="dim"'
_TIP = 7  # pixels of an arrow's head


@dataclass(frozen=True)
class Box:
    """A cluster with its place: one group, or all groups that have the same files and outcome."""

    title: str
    status: str
    whys: tuple[str, ...]
    ids: tuple[int, ...]
    inside: Layout
    x: int = 0
    y: int = 0

    @property
    def width(self) -> int:
        return max(self.inside.width, wide([self.title])) + 2 * PAD

    @property
    def height(self) -> int:
        return HEAD + self.inside.height + PAD

    def at(self, node: Node) -> tuple[int, int]:
        return self.x + PAD + node.x, self.y + HEAD + node.y


def picture(migration: Migration, anchors: Mapping[str, str], targets: Mapping[int, str] = {}) -> str:
    """The picture as an SVG element; empty where there are no groups.

    `anchors` are the ids of the files, `targets` those of the first place of each group.
    """
    if not migration.groups:
        return ""
    boxes = list(_placed(_clusters(migration)))
    width = max([WIDTH, *(box.width for box in boxes)]) + 1
    height = max(box.y + box.height for box in boxes) + 1
    statuses = {plan.path: plan.status for plan in migration.files}
    drawn = "".join(_links(boxes)) + "".join(_box(box, anchors, targets, statuses) for box in boxes)
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" role="img" '
        f'aria-label="Groups of files that migrate together, and the values that go between them">{drawn}</svg>'
    )


def boxes_of(migration: Migration) -> dict[int, str]:
    """The id of the box that each group is in."""
    return {number: _ident(box) for box in _clusters(migration) for number in box.ids}


def _ident(box: Box) -> str:
    return f"group-{box.ids[0]}" if box.ids else "group-none"


def _clusters(migration: Migration) -> Iterator[Box]:
    alike: dict[tuple[tuple[str, ...], str], list[Group]] = {}
    for group in sorted(migration.groups, key=lambda group: group.id):
        alike.setdefault((tuple(sorted(set(group.files))), group.status), []).append(group)
    for (files, status), groups in alike.items():
        name = f"group {groups[0].id}" if len(groups) == 1 else plural(len(groups), "group")
        flows = {flow for group in groups for flow in group.flows if {flow.start, flow.stop} <= set(files)}
        whys = tuple(dict.fromkeys(group.why for group in groups if group.why))
        yield Box(f"{name}, {status}", status, whys, tuple(each.id for each in groups), layout(files, flows))
    grouped = {path for group in migration.groups for path in group.files}
    others = tuple(sorted(plan.path for plan in migration.files if plan.path not in grouped))
    if others:
        yield Box(ALONE, "alone", (), (), layout(others, ()))


def _placed(boxes: Iterator[Box]) -> Iterator[Box]:
    x = y = tallest = 0
    for box in boxes:
        if x and x + box.width > WIDTH:
            x, y, tallest = 0, y + tallest + GAP, 0
        yield replace(box, x=x, y=y)
        x, tallest = x + box.width + 2 * GAP, max(tallest, box.height)


def _box(box: Box, anchors: Mapping[str, str], targets: Mapping[int, str], statuses: Mapping[str, str]) -> str:
    why = f"<title>{escape(chr(10).join(map(visible, box.whys)))}</title>" if box.whys else ""
    title = f'<text class="title" x="{box.x + PAD}" y="{box.y + 18}">{escape(box.title)}</text>'
    first = next((targets[number] for number in box.ids if number in targets), None)
    arrows = "".join(_arrow(box, route) for route in box.inside.routes)
    files = "".join(_file(box, node, anchors.get(path), statuses) for path, node in box.inside.nodes.items())
    ident = f' id="{_ident(box)}"' if box.ids else ""
    return (
        f'<g class="group {escape(box.status)}"{ident}>{why}'
        f'<rect x="{box.x + 0.5}" y="{box.y + 0.5}" width="{box.width}" height="{box.height}" rx="8"/>'
        f"{_linked(title, first)}{arrows}{files}</g>"
    )


def _linked(drawn: str, anchor: Optional[str]) -> str:
    return f'<a href="#{escape(anchor)}">{drawn}</a>' if anchor else drawn


def _file(box: Box, node: Node, anchor: Optional[str], statuses: Mapping[str, str]) -> str:
    x, y = box.at(node)
    looks = ["path", *["dim"] * len(node.lines)]
    lines = "".join(
        f'<text class="{look}" x="{x + PAD}" y="{y + 15 + LINE * number}">{escape(line)}</text>'
        for number, (look, line) in enumerate(zip(looks, node.lines))
    )
    drawn = (
        f'<g class="node {escape(statuses.get(node.path, ""))}"><rect x="{x}" y="{y}" width="{node.width}" '
        f'height="{node.height}" rx="5"/>{lines}</g>'
    )
    return _linked(drawn, anchor)


def _arrow(box: Box, route: Route) -> str:
    """The head is where the values go; the names stand before the right-hand file."""
    arrow = route.arrow
    (x1, y1), (x2, y2) = box.at(route.left), (box.at(route.right)[0], box.y + HEAD + route.y)
    x1, y1 = x1 + route.left.width, y1 + route.left.height // 2
    forward = arrow.stop == route.right.path
    tip = f"M{x2} {y2} l-{_TIP} -4 v8 z" if forward else f"M{x1} {y1} l{_TIP} -4 v8 z"
    label = x2 - arrow.width - PAD + 2
    words = "".join(
        f'<text{"" if word in arrow.names else IMPORTED} x="{label}" y="{y2 - 4 - LINE * above}">{escape(word)}</text>'
        for above, word in enumerate(reversed(arrow.words))
    )
    told = f"{', '.join(arrow.words)}: from {visible(arrow.start)} to {visible(arrow.stop)}"
    line = f"M{x1} {y1} {_way(box, route, x1, y1, y2)} H{x2}"
    return (
        f'<g class="arrow{"" if arrow.names else " imported"}"><title>{escape(told)}</title>'
        f'<path class="line" d="{line}"/><path class="tip" d="{tip}"/>{words}</g>'
    )


def _way(box: Box, route: Route, x: int, y: int, row: int) -> str:
    """From a file's right side up or down to the arrow's row; all in the strip right of a column, where no word is."""
    if route.lane is None:
        return _turn(x, y, row)
    end, lane = box.x + PAD + route.lane[0], box.y + HEAD + route.lane[1]
    return f"{_turn(x, y, lane)} H{end} {_turn(end, lane, row)}"


def _turn(x: int, y: int, other: int) -> str:
    half = x + BEND // 2
    return f"C{half} {y} {half} {other} {x + BEND} {other}"


def _links(boxes: Sequence[Box]) -> Iterator[str]:
    """A curve from each place of a file to its next one."""
    last: dict[str, Box] = {}
    for box in boxes:
        for path in box.inside.nodes:
            if path in last:
                yield _curve(last[path], box, path)
            last[path] = box


def _curve(one: Box, other: Box, path: str) -> str:
    first, second = one.inside.nodes[path], other.inside.nodes[path]
    (x1, y1), (x2, y2) = one.at(first), other.at(second)
    x1, y1, y2 = x1 + first.width, y1 + first.height // 2, y2 + second.height // 2
    bend = max(30, abs(x2 - x1) // 3)
    return f'<path class="link" d="M{x1} {y1} C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"/>'

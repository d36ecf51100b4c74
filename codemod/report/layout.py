"""Where the files of one group stand in the picture, and how the arrows between them run.

Every arrow has a place of its own at the left side of its right-hand file, under the names that travel along it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Optional

from codemod.records import Flow
from codemod.report.columns import columns
from codemod.report.words import visible

PAD, LINE, BEND, GAP = 10, 15, 46, 14  # pixels
CHARACTER = 7.3  # pixels of a monospace character at 12 px
_NAMES, _LONGEST = 4, 64  # names at one arrow, characters of a line in a box
_ORDER = ("model", "alphabet", "batch_converter", "dataset", "output", "representations")


@dataclass(frozen=True)
class Arrow:
    """What goes from one file to another: the names of values, and the import that one makes of the other."""

    start: str
    stop: str
    names: tuple[str, ...]
    imported: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """What stands above it, line by line."""
        return (*self.names, self.imported) if self.imported else self.names

    @property
    def height(self) -> int:
        return LINE * len(self.words) + 5

    @property
    def width(self) -> int:
        return wide(self.words)


@dataclass(frozen=True)
class Node:
    """A file with its place: what is loaded and used there stands under its name."""

    path: str
    lines: tuple[str, ...]
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Route:
    """An arrow from the right side of `left` to the left side of `right`, at `y`.

    Where files stand between them it runs under these: `lane` is where it comes up again, and how deep it runs.
    """

    arrow: Arrow
    left: Node
    right: Node
    y: int
    lane: Optional[tuple[int, int]] = None


@dataclass(frozen=True)
class Layout:
    """The files of one group and the arrows between them, from (0, 0) to (`width`, `height`)."""

    nodes: Mapping[str, Node]
    routes: Sequence[Route]
    width: int
    height: int


def layout(files: Sequence[str], flows: Iterable[Flow]) -> Layout:
    """The places of the files and of the arrows between them."""
    known = sorted(flows, key=_place)
    arrows = arrows_of(known)
    weighty = sorted(arrows, key=lambda each: -len(each.names))
    made_of = columns(files, [(each.start, each.stop) for each in weighty])
    rank = {path: number for number, column in enumerate(made_of) for path in column}
    entering: dict[str, list[Arrow]] = {path: [] for path in files}
    for arrow in arrows:
        entering[max(arrow.start, arrow.stop, key=rank.__getitem__)].append(arrow)
    nodes: dict[str, Node] = {}
    ends: list[tuple[int, int, int]] = []  # each column's left and right side, and its height
    for column in made_of:
        room = [each.width + BEND + PAD for path in column for each in entering[path]]
        x = (ends[-1][1] if ends else 0) + max(room, default=0)
        made = list(_stacked([_node(path, known, entering[path], x) for path in column]))
        nodes.update((node.path, node) for node in made)
        ends.append((x, x + made[0].width, made[-1].y + made[-1].height))
    routes = list(_routes(entering, nodes, rank, ends))
    lanes = [route.lane[1] for route in routes if route.lane]
    return Layout(nodes, routes, ends[-1][1], max([*(height for _, _, height in ends), *lanes]))


def arrows_of(flows: Iterable[Flow]) -> list[Arrow]:
    """One arrow for each pair of files."""
    pairs: dict[tuple[str, str], list[Flow]] = {}
    for flow in flows:
        if flow.start != flow.stop:
            pairs.setdefault((flow.start, flow.stop), []).append(flow)
    return [_arrow(start, stop, found) for (start, stop), found in pairs.items()]


def captions(path: str, flows: Iterable[Flow]) -> list[str]:
    """What is loaded in a file, and what is used there."""
    here = [flow for flow in flows if flow.stop == path]
    loads = list(dict.fromkeys(flow.name or "what it is given" for flow in here if flow.what == "load"))
    uses = list(dict.fromkeys(flow.what for flow in here if flow.what not in ("load", "import")))
    some = loads if len(loads) < _NAMES else [f"{len(loads)} checkpoints"]
    said = [("loads", sorted(some, key=lambda name: " " in name)), ("uses", uses)]
    return [_cut(f"{verb} {', '.join(words)}") for verb, words in said if words]


def wide(texts: Iterable[str]) -> int:
    """The pixels of the longest of these."""
    return round(max(map(len, texts), default=0) * CHARACTER)


def _node(path: str, flows: Iterable[Flow], entering: Iterable[Arrow], x: int) -> Node:
    lines = (visible(path), *captions(path, flows))
    height = max(LINE * len(lines) + 9, sum(each.height for each in entering))
    return Node(path, lines, x, 0, wide(lines) + 2 * PAD, height)


def _stacked(nodes: Sequence[Node]) -> Iterator[Node]:
    """One column: as wide as its widest file, one file under the other."""
    y, width = 0, max(node.width for node in nodes)
    for node in nodes:
        yield replace(node, y=y, width=width)
        y += node.height + GAP


def _routes(
    entering: Mapping[str, Sequence[Arrow]], nodes: Mapping[str, Node], rank: Mapping[str, int],
    ends: Sequence[tuple[int, int, int]],
) -> Iterator[Route]:  # fmt: skip
    lanes = 0
    for path, arrows in entering.items():
        y = nodes[path].y
        for arrow in arrows:
            other = arrow.start if arrow.stop == path else arrow.stop
            y += arrow.height
            between = ends[rank[other] + 1 : rank[path]]
            lane = None
            if between:
                lanes += 1
                lane = between[-1][1], max(end[2] for end in between) + 8 * lanes
            yield Route(arrow, nodes[other], nodes[path], y - 3, lane)


def _place(flow: Flow) -> tuple[int, Flow]:
    return _ORDER.index(flow.what) if flow.what in _ORDER else len(_ORDER), flow


def _arrow(start: str, stop: str, found: Sequence[Flow]) -> Arrow:
    imports = [flow.name for flow in found if flow.what == "import"]
    values = list(dict.fromkeys(visible(flow.name) for flow in found if flow.what != "import"))
    more = [f"and {len(values) - _NAMES + 1} more"] if len(values) > _NAMES else []
    names = (*(values[: _NAMES - 1] if more else values), *more)
    imported = " ".join(["import", ", ".join(filter(None, imports))]).rstrip()
    return Arrow(start, stop, names, _cut(imported) if imports else "")


def _cut(text: str) -> str:
    shown = visible(text)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 3]}..."

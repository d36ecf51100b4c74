"""The walk through a review as a state machine: where one stands, what was decided, and what a key does to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Optional

from codemod.report.hunks import CONTEXT

#: Lines around a change, from the first page to the whole file.
CONTEXTS = (CONTEXT, 10, 40, 1_000_000)


@dataclass(frozen=True)
class Walk:
    """`groups` are the numbers of what can be accepted; the page after the last of them is the summary."""

    groups: tuple[int, ...]
    at: int = 0
    verdicts: Mapping[int, bool] = field(default_factory=dict)
    left: Optional[int] = None  # the leftover on this page, by its number in the list of them
    context: int = CONTEXT
    explained: int = 0  # how many rules of this page have been explained
    whole: bool = False  # whether the summary shows every diff
    said: str = ""  # what the last key did, where the next page does not show it
    asks: str = ""  # "edit", "help", "next left" or "previous left": what only the session knows how to do
    outcome: str = ""  # "write" or "quit", once it is over

    @property
    def group(self) -> Optional[int]:
        """The group on this page; None on the summary and on the page of a leftover."""
        return self.groups[self.at] if self.at < len(self.groups) and self.left is None else None

    @property
    def keys(self) -> Keys:
        """What the keys do on this page."""
        return LEFT if self.left is not None else SUMMARY if self.group is None else PAGE

    @property
    def rejected(self) -> frozenset[int]:
        return frozenset(group for group, accepted in self.verdicts.items() if not accepted)

    @property
    def accepted(self) -> frozenset[int]:
        return frozenset(group for group, accepted in self.verdicts.items() if accepted)

    @property
    def shown_without(self) -> frozenset[int]:
        """The groups left out of what this page shows: those rejected, but never the one that is asked about."""
        return self.rejected - {self.group}


def press(walk: Walk, key: str) -> Walk:
    """The walk after a key; one that means nothing here is answered with the keys that do."""
    act = walk.keys.get(key) or walk.keys.get(key.lower())
    cleared = replace(walk, said="", asks="")
    return act[1](cleared) if act else replace(cleared, asks="help")


def _decide(walk: Walk, accept: bool) -> Walk:
    assert walk.group is not None
    verdicts = {**walk.verdicts, walk.group: accept}
    said = f"group {walk.at + 1} {'accepted' if accept else 'rejected'}"
    return _turn(replace(walk, verdicts=verdicts, said=said), walk.at + 1)


def _accept_rest(walk: Walk) -> Walk:
    """This group and all that follow, but for those that were rejected before."""
    rest = {group: True for group in walk.groups[walk.at :] if walk.verdicts.get(group) is not False}
    return _turn(replace(walk, verdicts={**walk.verdicts, **rest}, said=f"{len(rest)} accepted"), len(walk.groups))


def _previous(walk: Walk) -> Walk:
    return _turn(walk, walk.at - 1) if walk.at else replace(walk, said="this is the first page")


def _turn(walk: Walk, at: int) -> Walk:
    return replace(walk, at=at, context=CONTEXT, explained=0, whole=False, left=None)


def _more(walk: Walk) -> Walk:
    wider = next((each for each in CONTEXTS if each > walk.context), CONTEXT)
    return replace(walk, context=wider)


def _to_left(asks: str) -> Callable[[Walk], Walk]:
    return lambda walk: replace(walk, asks=asks)


#: What the keys do: a word with the key in brackets, and the act.
Keys = Mapping[str, tuple[str, Callable[[Walk], Walk]]]
_LEFTOVERS: Keys = {"l": ("[l]eft", _to_left("next left")), "L": ("[L] before", _to_left("previous left"))}
PAGE: Keys = {
    "y": ("[y]es", lambda walk: _decide(walk, True)),
    "n": ("[n]o", lambda walk: _decide(walk, False)),
    "m": ("[m]ore context", _more),
    "x": ("e[x]plain", lambda walk: replace(walk, explained=walk.explained + 1)),
    "e": ("[e]dit", lambda walk: replace(walk, asks="edit")),
    "p": ("[p]revious", _previous),
    "a": ("[a]ccept rest", _accept_rest),
    **_LEFTOVERS,
    "q": ("[q]uit", lambda walk: replace(walk, outcome="quit")),
}
SUMMARY: Keys = {
    "w": ("[w]rite", lambda walk: replace(walk, outcome="write")),
    "d": ("[d]iff", lambda walk: replace(walk, whole=not walk.whole)),
    "e": ("[e]dit", lambda walk: replace(walk, asks="edit")),
    "p": ("[p]revious", _previous),
    **_LEFTOVERS,
    "q": ("[q]uit", lambda walk: replace(walk, outcome="quit")),
}
LEFT: Keys = {
    **_LEFTOVERS,
    "m": ("[m]ore context", _more),
    "x": ("e[x]plain", lambda walk: replace(walk, explained=1 - walk.explained)),
    "b": ("[b]ack", lambda walk: _turn(walk, walk.at)),
    "q": ("[q]uit", lambda walk: replace(walk, outcome="quit")),
}
HELP = {
    "y": "accept the whole group: half of it would be a broken program",
    "n": "leave the whole group as it is; imports and dependency files follow",
    "m": "show more lines around the changes, up to the whole file",
    "x": "explain the rules behind the changes, one at each press; what is in brackets behind a reason",
    "e": "edit a file as it will be in your editor ($VISUAL, $EDITOR)",
    "p": "go back a page and decide again",
    "a": "accept this group and all that follow, but for those you rejected",
    "w": "write what was accepted: all files or none; --undo takes it back",
    "d": "show, or hide, every change that would be written",
    "l": "go to the next place left for you to finish, from a change to those of its files first",
    "L": "go to the one before it",
    "b": "go back to the page you came from",
    "q": "stop; nothing is written",
}

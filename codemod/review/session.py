"""A review from its first page to the migration that was accepted. Writes nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Optional

from codemod.errors import UnusableInput
from codemod.records import FilePlan, Migration
from codemod.review.by_hand import HandEdit, problem, with_edits
from codemod.review.left import jump
from codemod.review.pages import reviewable, sections
from codemod.review.screen import Screen
from codemod.review.walk import Walk, press

#: Plan the repository again with these groups left.
Plan = Callable[[frozenset[int]], Migration]
_UNWRITTEN = "nothing was written"
_JUMPS = {"next left": 1, "previous left": -1}
_KEYS = "123456789abcdefghijklmnopqrstuvwxyz"


@dataclass
class Session:
    """`read_key` gives one key, `edit` a file's new bytes or None: a terminal, or a test's script."""

    plan: Plan
    screen: Screen
    read_key: Callable[[], str]
    edit: Callable[[str, bytes], Optional[bytes]]
    edits: dict[str, HandEdit] = field(default_factory=dict)
    plans: dict[frozenset[int], Migration] = field(default_factory=dict)

    def run(self) -> Migration:
        """Walk through the groups; what was accepted. Raises UnusableInput where nothing is to be written."""
        first = self._planned(frozenset())
        if not first.changed:
            return first
        self.screen.opening(first)
        walk = Walk(reviewable(first))
        try:
            while not walk.outcome:
                walk = self._page(walk)
        except (KeyboardInterrupt, EOFError):
            walk = replace(walk, outcome="quit")
        if walk.outcome == "quit":
            raise UnusableInput(f"the review was ended; {_UNWRITTEN}")
        accepted, _ = with_edits(self._planned(walk.rejected), self.edits)
        if not accepted.changed:
            raise UnusableInput(f"nothing was accepted; {_UNWRITTEN}")
        return accepted

    def _page(self, walk: Walk) -> Walk:
        """Show a page, and take keys until another one is to be shown."""
        shown, lost = with_edits(self._planned(walk.shown_without), self.edits)
        self.screen.page(walk, shown, lost)
        while True:
            turned = press(walk, self._key())
            if turned.asks == "edit":
                return replace(turned, asks="", said=self._by_hand(walk, shown))
            if turned.asks in _JUMPS:
                return jump(replace(turned, asks=""), self._planned(walk.rejected), _JUMPS[turned.asks])
            if turned.asks != "help":
                return turned
            self.screen.help(walk)
            self.screen.ask(walk)

    def _planned(self, rejected: frozenset[int]) -> Migration:
        if rejected not in self.plans:
            self.plans[rejected] = self.plan(rejected)
        first, made = self.plans[frozenset()], self.plans[rejected]
        if [(group.id, group.files) for group in first.groups] != [(group.id, group.files) for group in made.groups]:
            raise UnusableInput(f"files changed during the review; {_UNWRITTEN}, run again")
        return made

    def _by_hand(self, walk: Walk, shown: Migration) -> str:
        """Let one file of the page be edited until it compiles or is given up; what came of it."""
        paths = [plan.path for plan in shown.changed]
        if walk.group is not None:
            paths = [section.plan.path for section in sections(shown, walk.group)]
        path = self._chosen(paths)
        if path is None:
            return "no file was chosen"
        plan = next(each for each in shown.files if each.path == path)
        text = self._edited(plan)
        if text is None:
            return f"{path} is as it was planned"
        planned = next(each for each in self._planned(walk.shown_without).files if each.path == path)
        self.edits[path] = HandEdit(_after(planned), text)
        return f"{path} is as you edited it"

    def _edited(self, plan: FilePlan) -> Optional[str]:
        text = _after(plan)
        while True:
            made = self.edit(plan.path, text.encode(plan.codec))
            if made is None:
                self.screen.warn("the editor failed; set EDITOR to another one")
                return None
            text, why = _read(plan, made, text)
            why = why or problem(plan, text)
            if not why:
                return None if text == _after(plan) else text
            self.screen.warn(f"{plan.path} cannot be written like this: {why}. Edit again? [y/n] ", end="")
            if self._key().lower() != "y":
                return None

    def _chosen(self, paths: Iterable[str]) -> Optional[str]:
        options = dict(zip(_KEYS, paths))
        if len(options) > 1:
            self.screen.choices(list(options.values()), _KEYS)
            return options.get(self._key())
        return next(iter(options.values()), None)

    def _key(self) -> str:
        key = self.read_key()
        self.screen.say(key if key.isprintable() and key else " ")
        if key in ("\x03", "\x04"):
            raise EOFError
        return key


def _after(plan: FilePlan) -> str:
    return plan.before if plan.after is None else plan.after


def _read(plan: FilePlan, data: bytes, before: str) -> tuple[str, str]:
    """The editor's bytes as text, and why they are none."""
    try:
        return data.decode(plan.codec), ""
    except UnicodeError as error:
        return before, str(error)

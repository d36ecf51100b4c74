"""The pages of a review on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from codemod.explain import page, rule_names
from codemod.labels import label_page
from codemod.records import Group, Migration
from codemod.report import words
from codemod.report.owners import left_groups
from codemod.report.terminal_diff import SIDE_BY_SIDE, diff, listing
from codemod.review.left import around, leftovers
from codemod.review.pages import Section, followers, rules, sections
from codemod.review.walk import HELP, Walk

_PLAIN_CORNERS = "-"


class Screen:
    """Everything is appended, nothing erased: what was decided stays to be scrolled back to."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def opening(self, migration: Migration) -> None:
        """What changes in meaning, before the first page."""
        for number, note in enumerate(migration.notes):
            if not number:
                self.console.print(Text("What changes in meaning", "bold yellow"))
            self.console.print(Text(f"  - {words.visible(note)}"))

    def page(self, walk: Walk, migration: Migration, lost: Sequence[str]) -> None:
        """The page that the walk stands on, down to the question."""
        self.say(walk.said)
        if walk.left is not None:
            self._left(walk, migration)
        elif walk.group is None:
            self._summary(walk, migration)
        else:
            self._group(walk, migration, next(each for each in migration.groups if each.id == walk.group))
        for path in lost:
            self.warn(f"your edit of {words.visible(path)} does not fit what was decided since and is left out: "
                      "press e to make it again")  # fmt: skip
        self.ask(walk)

    def ask(self, walk: Walk) -> None:
        """The question, with the keys that answer it."""
        asked = "Write this?" if walk.group is None else f"Accept group {walk.at + 1} of {len(walk.groups)}?"
        question = asked if walk.left is None else "Where to?"
        keys = Text("\n")
        for word in (*(word for word, _ in walk.keys.values()), "[?]"):
            before, key, after = word.replace("]", "[").split("[")
            keys.append(f"{before}[", "dim").append(key, "bold cyan").append("]", "dim").append(f"{after} ", "dim")
        self.console.print(keys)
        self.console.print(Text(f"{question} ", "bold"), end="")

    def help(self, walk: Walk) -> None:
        self.console.print()
        for key in walk.keys:
            self.console.print(Text("  ").append(key, "bold cyan").append(f"  {HELP[key]}"))

    def choices(self, paths: Sequence[str], keys: str) -> None:
        """The files that can be edited, each behind its key."""
        self.console.print()
        for key, path in zip(keys, paths):
            self.console.print(Text("  ").append(key, "bold cyan").append(f"  {words.visible(path)}"))
        self.console.print(Text("Which file? ", "bold"), end="")

    def say(self, text: str) -> None:
        if text:
            self.console.print(Text(text, "green"))

    def warn(self, text: str, end: str = "\n") -> None:
        self.console.print(Text(text, "bold yellow"), end=end)

    def _group(self, walk: Walk, migration: Migration, group: Group) -> None:
        shown = sections(migration, group.id, walk.context)
        named = rules(migration, group)
        self._rule(f"group {walk.at + 1} of {len(walk.groups)}", walk.verdicts.get(group.id))
        about = f"{words.plural(len(shown), 'file')} that one value joins" if len(shown) > 1 else "in one file"
        left = sum(each.path in group.files for each in migration.leftovers)
        told = f"; left for you in {'these files' if len(shown) > 1 else 'this file'}: {left} (press l)" if left else ""
        self.console.print(Text(f"{about}; rules: {', '.join(named) or 'none'}{told}", "dim"))
        self._sections(shown, walk)
        if not shown:
            self.console.print(Text("No line of its own changes.", "dim"))
        if walk.explained and named:
            name = named[(walk.explained - 1) % len(named)]
            self._explain(name, (walk.explained - 1) % len(named) + 1, len(named))

    def _left(self, walk: Walk, migration: Migration) -> None:
        """A place that a person must finish: the line as it is, why it was left, and what was left with it."""
        assert walk.left is not None
        places = leftovers(migration)
        place = places[walk.left]
        self._rule(f"left {walk.left + 1} of {len(places)}", None)
        self.console.print(Text(f"{words.visible(place.path)}:{place.line}", "bold"))
        self.console.print(Text(words.visible(place.why), "yellow").append(f" [{place.rule}]", "dim"))
        plan = next(each for each in migration.files if each.path == place.path)
        self.console.print(listing(around(plan, place, walk.context), place.line), soft_wrap=True)
        group = left_groups(migration).get((place.path, place.line))
        if group is not None:
            own = {(each.path, each.line) for each in places} & set(group.lines)
            count = f"{words.plural(len(own), 'line')} in {words.plural(len(group.files), 'file')}"
            self.console.print(Text(f"Left as a whole: {count} that one value joins.", "dim"))
        if walk.explained:
            self._explain(place.rule, 1, 1)

    def _summary(self, walk: Walk, migration: Migration) -> None:
        self._rule("what will be written", None)
        accepted, rejected = len(walk.accepted), len(walk.rejected)
        if walk.groups:
            self.console.print(Text(f"{words.plural(accepted, 'group')} accepted, {rejected} rejected."))
        self._left_after_all(walk, migration)
        changed = migration.changed
        self.console.print(Text(f"{words.plural(len(changed), 'file')} will be written."))
        for plan in changed:
            counts = words.file_counts(plan) or "comments"
            self.console.print(Text(f"  {words.visible(plan.path)}  ").append(counts, "dim"))
        following = followers(migration)
        if walk.whole:
            self._sections([Section(plan, ()) for plan in changed], walk)
        elif following:
            self.console.print(Text("\nWhat follows from that:", "bold"))
            self._sections(following, walk)

    def _left_after_all(self, walk: Walk, migration: Migration) -> None:
        """Groups that were accepted and cannot be written without one that was rejected."""
        for group in migration.groups:
            if group.status == "left" and group.id in walk.accepted:
                self.warn(f"group {walk.groups.index(group.id) + 1} is left too: {words.visible(group.why or '')}")

    def _sections(self, shown: Sequence[Section], walk: Walk) -> None:
        wide = self.console.width >= SIDE_BY_SIDE
        for section in shown:
            title = Text("\n" + words.visible(section.plan.path), "bold")
            others = [str(walk.groups.index(each) + 1) for each in sorted(section.shared) if each in walk.groups]
            if others:
                title.append(f"  with changes of group {', '.join(others)}", "not bold yellow")
            self.console.print(title)
            only = section.hunks or None
            self.console.print(diff(section.plan, self.console, side_by_side=wide, only=only), soft_wrap=True)

    def _explain(self, rule: str, number: int, total: int) -> None:
        more = f"  ({number} of {total}, x for the next)" if total > 1 else ""
        self.console.print(Text(f"\n{rule}", "bold magenta").append(more, "not bold dim"))
        told = page(rule) if rule in rule_names() else label_page(rule)
        self.console.print(Padding(Text(told or "Nothing more is known of it."), (0, 0, 0, 2)))

    def _rule(self, title: str, verdict: object) -> None:
        told = {True: ", accepted before", False: ", rejected before"}.get(bool(verdict)) if verdict is not None else ""
        characters = _PLAIN_CORNERS if self.console.options.ascii_only else "─"
        self.console.print(Rule(Text(f"{title}{told}", "bold cyan"), characters=characters, align="left", style="dim"))

"""What a rule is: a generator that answers one use of fair-esm with edits, or leaves it with the reason.

Being in `codemod/rules/` registers a rule; its docstring is its documentation. Emitted text may contain `name("a.B")`
and `helper("f")`: the plan turns them into the local name of an import or of a helper function, and adds what
is missing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, wraps
from importlib import import_module
from pathlib import Path
from typing import Optional, TypeVar, Union
from weakref import WeakKeyDictionary

from codemod.flow.analysis import Analysis
from codemod.flow.values import Meaning, Value
from codemod.library import CHECKPOINTS, Checkpoint
from codemod.program.source import Source
from codemod.records import Edit
from codemod.uses.group import Group
from codemod.uses.shapes import is_cheap, model_of, mutates, only_computes
from codemod.uses.use import Use

_CLOSED = re.compile(r"(?:\s*\))+(?=\s*[\[.])")  # the parentheses around an expression that is read further


@dataclass(frozen=True)
class Left:
    """The rule's refusal: this use, and so its whole group, stays as it is."""

    why: str


Answer = Iterator[Union[Edit, Left]]
Rule = Callable[["Site"], Answer]
RULES: dict[str, Rule] = {}


def rewrites(*keys: str) -> Callable[[Rule], Rule]:
    """Register a rule for uses with these keys (see `codemod.uses.usage`)."""

    def register(rule: Rule) -> Rule:
        for key in keys:
            assert key not in RULES, f"two rules for {key}"
            RULES[key] = rule
        return rule

    return register


def load_rules() -> dict[str, Rule]:
    """Every rule of `codemod/rules/`, by the key it answers."""
    for file in sorted(Path(__file__).with_name("rules").glob("[!_]*.py")):
        import_module(f"codemod.rules.{file.stem}")
    return RULES


def name(dotted: str) -> str:
    """Stands in emitted text for the local name of `package.Name`."""
    return f"⟦{dotted}⟧"


def helper(function: str) -> str:
    """Stands in emitted text for a function of `codemod/emitted/`, which the plan adds to the module once."""
    return f"⟦:{function}⟧"


@dataclass(frozen=True)
class Target:
    """What to migrate to, and what the repository allows of it."""

    to: str
    remote_code: bool = True
    eager: bool = True  # whether `attn_implementation=` may be written (transformers >= 4.36)
    only: frozenset[str] = frozenset()  # rules that may be used; all where it is empty
    old_fair_esm: bool = False  # whether a release before 2.0.0 is declared


@dataclass(frozen=True)
class Site:
    """One use as a rule sees it, with read-only facts."""

    use: Use
    group: Group
    analysis: Analysis
    target: Target

    @property
    def node(self) -> ast.AST:
        return self.use.node

    @property
    def source(self) -> Source:
        return self.use.source

    def value(self, node: ast.AST) -> Value:
        return self.analysis.values.get(node)

    def code(self, node: ast.AST) -> str:
        return self.source.code(node)

    def migrated(self, node: ast.AST) -> str:
        """The node's code with the rewrites of the uses inside it: for text that is moved or repeated."""
        start, stop = self.source.span(node)
        text = self.source.text[start:stop]
        for edit in sorted(self._inside(start, stop), reverse=True):
            text = text[: edit.start - start] + edit.text + text[edit.stop - start :]
        return text

    def _inside(self, start: int, stop: int) -> Iterator[Edit]:
        for use in self.group.in_file(self.source):
            if use is not self.use and use.key in RULES:
                first, last = self.source.span(use.node)
                if start <= first and last <= stop:
                    inner = Site(use, self.group, self.analysis, self.target)
                    yield from (each for each in RULES[use.key](inner) if isinstance(each, Edit))

    def twice(self, node: ast.expr, label: str) -> tuple[str, list[Edit]]:
        """An expression to use a second time: itself if reading it is free, else a name that a walrus gives it."""
        if is_cheap(node):
            return self.code(node), []
        while self.source.is_taken(label, self.source.scope_of(node)):
            label += "_"
        start, stop = self.source.span(node)
        return label, [self.insert(start, f"({label} := "), self.insert(stop, ")")]

    def replace(self, node: ast.AST, text: str) -> Edit:
        """Replace a whole node."""
        return self.edit(*self.source.span(node), text)

    def after(self, node: ast.AST, text: str, upto: Optional[ast.AST] = None) -> Edit:
        """Replace what follows `node` and its parentheses, up to the end of `upto` (of the use itself unless given)."""
        start = self.source.span(node)[1]
        closed = _CLOSED.match(self.source.text, start)
        return self.edit(closed.end() if closed else start, self.source.span(upto or self.node)[1], text)

    def insert(self, offset: int, text: str) -> Edit:
        return self.edit(offset, offset, text)

    def edit(self, start: int, stop: int, text: str) -> Edit:
        return Edit(start, stop, text, self.rule)

    @cached_property
    def rule(self) -> str:
        rule = RULES.get(self.use.key)
        return rule.__module__.rpartition(".")[2] if rule else "unsupported"

    def parent(self, node: ast.AST) -> ast.AST:
        """The expression or statement around a node, in whatever file of the group it is."""
        return self.home(node).parents[node]

    def home(self, node: ast.AST) -> Source:
        """The file of the group that a node is in."""
        return self.source if node in self.source.parents else self.group.home(node)

    @cached_property
    def models(self) -> list[Meaning]:
        """The models a use of an output comes from."""
        calls = [self.value(model_of(origin)) for origin in self.outputs]
        return [value for value in calls if isinstance(value, Meaning)]

    @cached_property
    def outputs(self) -> list[ast.Call]:
        """The model calls behind a use of an output."""
        found = self.use.value.origins if self.use.value else frozenset()
        return sorted((each for each in found if isinstance(each, ast.Call)), key=lambda each: each.lineno)

    def checkpoints(self, value: Optional[Meaning] = None) -> Optional[list[Checkpoint]]:
        """The checkpoints behind a value of fair-esm's, or None where one is not known."""
        values = [value] if value else self.models or ([self.use.value] if self.use.value else [])
        names = {each for meaning in values for each in self.analysis.checkpoints(meaning)}
        return [CHECKPOINTS[each] for each in sorted(names)] if names and names <= CHECKPOINTS.keys() else None

    def depth(self, value: Optional[Meaning] = None) -> Optional[int]:
        """The number of layers, where all checkpoints behind the value agree."""
        known = {checkpoint.layers for checkpoint in self.checkpoints(value) or ()}
        return known.pop() if len(known) == 1 else None

    def stable(self, node: ast.expr, call: ast.AST) -> bool:
        """Whether an expression still means after `call`, in its scope, what it means there."""
        names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
        changes = [each for name in names for each in (*self.source.stores(name, call), *self._mutations(name, call))]
        return only_computes(node) and all(self._precedes(each, call) for each in changes)

    def changed_in_place(self, node: ast.AST) -> bool:
        """Whether a container is changed where it is read, or through the variable it is given."""
        parent = self.source.parents[node]
        if mutates(parent):
            return True
        targets = parent.targets if isinstance(parent, ast.Assign) and parent.value is node else []
        names = [each.id for each in targets if isinstance(each, ast.Name)]
        return any(self._mutations(each, node) for each in names)

    def _mutations(self, identifier: str, node: ast.AST) -> list[ast.AST]:
        """Where a container is changed in place: `layers.append(1)`, `layers[0] = 1`."""
        scope = self.source.scope_of(node)
        named = [each for each in self.source.names.get(identifier, ()) if self.source.scope_of(each) is scope]
        touched = [self.source.parents[each] for each in named]
        return [each for each in touched if mutates(each)]

    def _precedes(self, store: ast.AST, call: ast.AST) -> bool:
        """Whether a store comes before the call and is not run again after it, in a loop around both."""
        loops = {each for each in self.source.ancestors(call) if isinstance(each, (ast.For, ast.While, ast.AsyncFor))}
        again = loops.intersection(self.source.ancestors(store))
        return self.source.span(store) < self.source.span(call) and not again


_Found = TypeVar("_Found")


def of_group(find: Callable[[Site], _Found]) -> Callable[[Site], _Found]:
    """Find out once for a group what depends on its uses together, not on the one that is answered."""
    known: WeakKeyDictionary[Group, _Found] = WeakKeyDictionary()

    @wraps(find)
    def found(site: Site) -> _Found:
        if site.group not in known:
            known[site.group] = find(site)
        return known[site.group]

    return found

"""What an expression can mean: a small lattice. **One meaning or none**: what disagrees is `Mixed`, never guessed.

From bottom to top: `None` (nothing known yet, or Python's None), `UNSEEN`, a concrete value, then `OTHER` (certainly
nothing of fair-esm's, or not followed) and `Mixed` (something of fair-esm's in at least one case, and something else in
another).
Everything is immutable and hashable; `joining.join` is commutative and only goes up.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Optional, Union


@dataclass(frozen=True)
class Other:
    """Not fair-esm's, or not followed."""


@dataclass(frozen=True)
class Mixed:
    """Different things in different cases, some of them fair-esm's: no use of it can be proven."""

    origins: frozenset[ast.AST]


@dataclass(frozen=True)
class Const:
    """One of a few literals (str, int, float, bool).

    `open` where callers that nobody sees may give others: a parameter of a function that can be imported.
    """

    values: frozenset[object]
    open: bool = False


@dataclass(frozen=True)
class Meaning:
    """A name or a value of fair-esm's.

    `kind` is a canonical dotted name (`esm.pretrained.esm2_t6_8M_UR50D`) or a pseudo-name (`esm.Model`); `origins` are
    the expressions that made it; `via` the import aliases a name came through.
    """

    kind: str
    origins: frozenset[ast.AST]
    via: frozenset[ast.AST] = frozenset()


@dataclass(frozen=True)
class Tup:
    """A tuple or list whose length is known."""

    items: tuple[Value, ...]


@dataclass(frozen=True)
class Seq:
    """An iterable of like items."""

    item: Value


@dataclass(frozen=True)
class Rows(Seq):
    """A tuple or list of one of a few lengths, as a helper returns that gives more on demand; shortest first."""

    rows: tuple[Tup, ...]


@dataclass(frozen=True)
class Map:
    """A dict with literal keys; `rest` is what any other key gives."""

    items: tuple[tuple[object, Value], ...]
    rest: Value = None

    def get(self, key: object) -> Value:
        return dict(self.items).get(key, self.rest)


@dataclass(frozen=True)
class Func:
    """A function or lambda of the repository, perhaps with arguments already given (`partial`, bound methods)."""

    node: ast.AST
    given: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True)
class Class:
    """A class of the repository."""

    node: ast.ClassDef


@dataclass(frozen=True)
class Instance:
    """An instance of a class of the repository."""

    node: ast.ClassDef


@dataclass(frozen=True)
class Several:
    """One of a few functions, classes or instances of the repository, or OTHER."""

    values: frozenset[Value]

    @cached_property
    def choices(self) -> tuple[Value, ...]:
        """The values in the order of the program: a set of nodes has another order in every run."""
        return tuple(sorted(self.values, key=_place))


def _place(value: Value) -> tuple[str, int, int, str]:
    node = getattr(value, "node", None)
    place = getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
    return type(value).__name__, *place, getattr(node, "name", "")


@dataclass(frozen=True)
class Module:
    """A module of the repository, by its path."""

    path: str


@dataclass(frozen=True)
class Deferred:
    """A name of a module of the repository that is read only if something of fair-esm's is handed to it."""

    path: str
    name: str


@dataclass(frozen=True)
class External:
    """A dotted name of any other package or of the built-ins."""

    name: str


Value = Union[
    None, Other, Mixed, Const, Meaning, Tup, Seq, Map, Func, Class, Instance, Several, Module, Deferred, External
]
OTHER = Other()
#: What nobody sees: a parameter that no call fills, and whatever is taken out of it. Where it may stand in a literal's
#: place, that literal is not the only one.
UNSEEN = Const(frozenset(), open=True)


def origins(value: Value) -> frozenset[ast.AST]:
    """Every expression of fair-esm's that the value holds, at any depth."""
    return frozenset(each for part in _parts(value) if isinstance(part, (Meaning, Mixed)) for each in part.origins)


def meanings(value: Value) -> Iterator[Meaning]:
    """The fair-esm values inside a value, at any depth."""
    return (part for part in _parts(value) if isinstance(part, Meaning))


def _parts(value: Value) -> Iterator[Value]:
    """A value and what it holds, at any depth; each once, though tables may hold one in thousands of places."""
    waiting, seen = [value], set[int]()
    for part in waiting:
        if id(part) not in seen:
            seen.add(id(part))
            yield part
            waiting += held_by(part)


def is_unseen(value: Value) -> bool:
    """Whether nothing is known of a value, now or ever."""
    return value in (None, UNSEEN)


def constants(value: Value) -> Optional[frozenset[object]]:
    """The literals a value can be, or None where they are not known or not all."""
    return value.values if isinstance(value, Const) and not value.open else None


def hints(value: Value) -> Optional[frozenset[object]]:
    """The literals that are seen for a value, whether or not callers may give others."""
    return value.values if isinstance(value, Const) else None


def rows(value: Value) -> tuple[Tup, ...]:
    """The tuples a value can be, one for each length; none where the length is not known."""
    return value.rows if isinstance(value, Rows) else (value,) if isinstance(value, Tup) else ()


def held_by(value: Value) -> tuple[Value, ...]:
    """The values directly inside a container, a choice or a function with arguments already given."""
    if isinstance(value, Tup):
        return value.items
    if isinstance(value, Seq):
        return (value.item,)
    if isinstance(value, Map):
        return (*(each for _, each in value.items), value.rest)
    if isinstance(value, Several):
        return value.choices
    if isinstance(value, Func):
        return (*value.given, *(each for _, each in value.keywords))
    return ()

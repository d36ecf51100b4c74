"""What an expression can mean: a small lattice. **One meaning or none**: what disagrees is `Mixed`, never guessed.

From bottom to top: `None` (nothing known yet, or Python's None), a concrete value, then `OTHER` (certainly nothing of
fair-esm's, or not followed) and `Mixed` (something of fair-esm's in at least one case, and something else in another).
Everything is immutable and hashable; `join` is commutative and only goes up.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Optional, Union

from codemod.library import BLOCK, BLOCKS, one_choice

_MANY = 24  # more constants than this for one name are as good as unknown
_LENGTHS = 4  # as are rows of more lengths than this
_DEEP = 5  # containers nested deeper than this are not followed, so that every fixpoint ends


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

    def all(self) -> Value:
        return join_all([value for _, value in self.items] + [self.rest])


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


def join_all(values: Iterable[Value]) -> Value:
    return reduce(join, values, None)


def join(left: Value, right: Value) -> Value:
    """The least value that covers both."""
    if left is right or right is None or left == right:
        return left
    if left is None:
        return right
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Meaning) and isinstance(other, Const) and not any(other.values):
            return one  # `model = False` before the model is loaded
    joined = _join_alike(left, right)
    return _conflict(left, right) if joined is None else shallow(joined)


def constants(value: Value) -> Optional[frozenset[object]]:
    """The literals a value can be, or None where they are not known or not all."""
    return value.values if isinstance(value, Const) and not value.open else None


def element(value: Value) -> Value:
    """What iterating over a value gives."""
    if isinstance(value, Tup):
        return join_all(value.items)
    if isinstance(value, Seq):
        return value.item
    if isinstance(value, Map):
        return join_all(Const(frozenset([key])) for key, _ in value.items) if value.items else OTHER
    if isinstance(value, Meaning) and value.kind == BLOCKS:
        return Meaning(BLOCK, value.origins)
    return value if value is None or isinstance(value, Mixed) else OTHER


def rows(value: Value) -> tuple[Tup, ...]:
    """The tuples a value can be, one for each length; none where the length is not known."""
    return value.rows if isinstance(value, Rows) else (value,) if isinstance(value, Tup) else ()


def shallow(value: Value, depth: int = 0) -> Value:
    """The value without what lies too deep in it."""
    parts = _nested(value)
    if not parts or (depth < _DEEP and not any(map(_nested, parts))):
        return value
    if depth >= _DEEP:
        return _conflict(value, None)
    if isinstance(value, Tup):
        return Tup(tuple(shallow(part, depth + 1) for part in parts))
    if isinstance(value, Rows):
        return _rows([Tup(tuple(shallow(part, depth + 1) for part in row.items)) for row in value.rows])
    if isinstance(value, Seq):
        return Seq(shallow(value.item, depth + 1))
    if isinstance(value, Map):
        items = tuple((key, shallow(each, depth + 1)) for key, each in value.items)
        return Map(items, shallow(value.rest, depth + 1))
    return value


def _nested(value: Value) -> tuple[Value, ...]:
    """What lies one level deeper; of rows what each of them holds, which their common item may have forgotten."""
    return tuple(part for row in value.rows for part in row.items) if isinstance(value, Rows) else held_by(value)


def held_by(value: Value) -> tuple[Value, ...]:
    """The values directly inside a container, a choice or a function with arguments already given."""
    if isinstance(value, Tup):
        return value.items
    if isinstance(value, Seq):
        return (value.item,)
    if isinstance(value, Map):
        return (*(each for _, each in value.items), value.rest)
    if isinstance(value, Several):
        return tuple(value.values)
    if isinstance(value, Func):
        return (*value.given, *(each for _, each in value.keywords))
    return ()


def _conflict(left: Value, right: Value) -> Value:
    aliases = {alias for value in (left, right) for meaning in meanings(value) for alias in meaning.via}
    both = origins(left) | origins(right) | aliases
    ours = isinstance(left, _OURS) or isinstance(right, _OURS)
    return Mixed(both) if both else _several(left, right) if ours else OTHER


def _join_alike(left: Value, right: Value) -> Value:
    if isinstance(left, Meaning) and isinstance(right, Meaning):
        kind = left.kind if left.kind == right.kind else one_choice(left.kind, right.kind)
        return Meaning(kind, left.origins | right.origins, left.via | right.via) if kind else None
    if isinstance(left, Const) and isinstance(right, Const):
        both = left.values | right.values
        return Const(both, left.open or right.open) if len(both) <= _MANY else OTHER
    if isinstance(left, (Tup, Seq)) and isinstance(right, (Tup, Seq)):
        return _join_rows(left, right)
    if isinstance(left, _OURS) and isinstance(right, _OURS):
        return _several(left, right)
    if isinstance(left, Map) and isinstance(right, Map):
        keys = sorted({key for key, _ in (*left.items, *right.items)}, key=repr)
        return Map(tuple((key, join(left.get(key), right.get(key))) for key in keys), join(left.rest, right.rest))
    return None


def _join_rows(left: Tup | Seq, right: Tup | Seq) -> Value:
    """Rows of one length item by item, of a few lengths each length by itself."""
    by_length: dict[int, Tup] = {}
    for row in (*rows(left), *rows(right)):
        known = by_length.get(len(row.items), row)
        by_length[len(row.items)] = Tup(tuple(join(a, b) for a, b in zip(known.items, row.items)))
    endless = any(isinstance(each, Seq) and not isinstance(each, Rows) for each in (left, right))
    if endless or len(by_length) > _LENGTHS:
        return Seq(join(element(left), element(right)))
    return _rows([by_length[length] for length in sorted(by_length)])


def _rows(found: Sequence[Tup]) -> Tup | Rows:
    return found[0] if len(found) == 1 else Rows(join_all(map(element, found)), tuple(found))


_OURS = (Func, Class, Instance, Several)
_ANY = Several(frozenset([OTHER]))


def _several(left: Value, right: Value) -> Several:
    """A choice; of what is not the repository's own, only that it may be there is kept."""
    given = {each for one in (left, right) for each in (one.values if isinstance(one, Several) else [one])}
    choices = frozenset(each if isinstance(each, _OURS) else OTHER for each in given - {None})
    return Several(choices) if len(choices) <= _MANY and _ANY not in (left, right) else _ANY

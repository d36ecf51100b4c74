"""The least value that covers several, and what makes values coarser: `join` only goes up, so that fixpoints end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial, reduce

from codemod.flow.values import (
    OTHER,
    Class,
    Const,
    External,
    Func,
    Instance,
    Map,
    Meaning,
    Mixed,
    Rows,
    Seq,
    Several,
    Tup,
    Value,
    held_by,
    is_unseen,
    meanings,
    origins,
    rows,
)
from codemod.library import BLOCK, BLOCKS, TOKENS, one_choice

_MANY = 24  # more constants than this for one name are as good as unknown
_LENGTHS = 4  # as are rows of more lengths than this
_DEEP = 5  # containers nested deeper than this are not followed, so that every fixpoint ends


def join_all(values: Iterable[Value]) -> Value:
    return reduce(join, values, None)


def join(left: Value, right: Value) -> Value:
    """The least value that covers both."""
    if left is right or right is None or left == right:
        return left
    if left is None:
        return right
    for one, other in ((left, right), (right, left)):
        if isinstance(other, Const) and not isinstance(one, Const):
            if not other.values:
                return opened(one)  # UNSEEN
            if isinstance(one, Meaning) and not any(other.values):
                return one  # `model = False` before the model is loaded
    joined = _join_alike(left, right)
    return _conflict(left, right) if joined is None else shallow(joined)


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
    if isinstance(value, External) and value.name.startswith(TOKENS):
        return value  # a row of the same memory
    return value if is_unseen(value) or isinstance(value, Mixed) else OTHER


def shallow(value: Value, depth: int = 0) -> Value:
    """The value without what lies too deep in it."""
    parts = _nested(value)
    if not parts or (depth < _DEEP and not any(map(_nested, parts))):
        return value
    if depth >= _DEEP:
        return _conflict(value, None)
    return _mapped(value, partial(shallow, depth=depth + 1))


def opened(value: Value, kinds: tuple[type, ...] = (object,)) -> Value:
    """The value as a parameter has it that anybody may fill: its literals of these kinds are not the only ones."""
    if isinstance(value, Const):
        return Const(value.values, value.open or any(isinstance(each, kinds) for each in value.values))
    if value == External(TOKENS):
        return External(f"{TOKENS}?")  # somebody's own tokens, too
    return _mapped(value, partial(opened, kinds=kinds))


def _mapped(value: Value, change: Callable[[Value], Value]) -> Value:
    """A container of what its items are changed to; any other value as it is."""
    if isinstance(value, Tup):
        return Tup(tuple(map(change, value.items)))
    if isinstance(value, Rows):
        return _rows([Tup(tuple(map(change, row.items))) for row in value.rows])
    if isinstance(value, Seq):
        return Seq(change(value.item))
    if isinstance(value, Map):
        return Map(tuple((key, change(each)) for key, each in value.items), change(value.rest))
    return value


def _nested(value: Value) -> tuple[Value, ...]:
    """What lies one level deeper; of rows what each of them holds, which their common item may have forgotten."""
    return tuple(part for row in value.rows for part in row.items) if isinstance(value, Rows) else held_by(value)


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

"""What a subscript reads of a container, and what storing into one makes of it."""

from __future__ import annotations

from codemod.flow.joining import element, join, join_all, opened, shallow
from codemod.flow.values import Map, Rows, Seq, Tup, Value, constants, held_by, rows


def item(value: Value, key: Value) -> Value:
    """What a subscript gives."""
    known = constants(key)
    if isinstance(value, (Tup, Rows)):
        picked = _picked(rows(value), known or frozenset())
        return join_all(picked) if picked else element(value)
    if isinstance(value, Map):
        return join_all(value.get(k) for k in known) if known else join_all(held_by(value))
    return element(value)


def with_item(value: Value, key: Value, new: Value) -> Value:
    """The container after `value[key] = new` or `value.append(new)`."""
    known = constants(key)
    if isinstance(value, Map) and known:
        kept = dict(value.items)
        kept.update({each: join(kept.get(each), new) for each in known})
        return shallow(Map(tuple(sorted(kept.items(), key=lambda pair: repr(pair[0]))), value.rest))
    if isinstance(value, Map):
        kept = {each: opened(held) for each, held in value.items}
        return shallow(Map(tuple(kept.items()), join(value.rest, new)))
    if isinstance(value, (Tup, Seq)):
        return shallow(Seq(join(element(value), new)))
    return value


def overlaid(base: Map, over: Value) -> Map:
    """The dict after `base.update(over)`, or `{**base, **over}`: what is not known of `over` may hold any key."""
    items = {key: _loosened(value, over) for key, value in base.items}
    rest = over.rest if isinstance(over, Map) else element(over)
    for key, value in over.items if isinstance(over, Map) else ():
        items[key] = join(items.get(key), value)
    return Map(tuple(sorted(items.items(), key=lambda pair: repr(pair[0]))), join(base.rest, rest))


def _loosened(value: Value, over: Value) -> Value:
    """A dict's item where another dict is laid over it."""
    if isinstance(over, Map):
        return join(value, over.rest)
    return opened(value)


def _picked(choices: tuple[Tup, ...], places: frozenset[object]) -> list[Value]:
    """What rows have at some places; nothing where one of the places is in none of them."""
    numbers = [place for place in places if isinstance(place, int)]
    found = [[row.items[at] for row in choices if -len(row.items) <= at < len(row.items)] for at in numbers]
    certain = len(numbers) == len(places) and all(found)
    return [value for each in found for value in each] if certain else []

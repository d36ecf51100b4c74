"""Where the keys and values of a TOML document stand; `tomllib` says only what they are.

For documents that `tomllib` accepts: what it would refuse is not diagnosed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BLANK = re.compile(r"[ \t]*")
_GAP = re.compile(r"(?:[ \t\r\n]|#[^\r\n]*)*")
_STRING = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|' r"'''.*?'{3,5}|" r'"(?:[^"\\\r\n]|\\.)*"|' r"'[^'\r\n]*'", re.S)
_SCALAR = re.compile(r"[^,\]}\s#]+(?: \d\d:[^,\]}\s#]+)?")
_NAME = re.compile(r"[\w-]+|\"(?:[^\"\\\r\n]|\\.)*\"|'[^'\r\n]*'")


@dataclass(frozen=True)
class Value:
    """A value's span; the items of an array, the pairs of an inline table."""

    start: int
    stop: int
    kind: str  # string | array | table | other
    items: tuple[Value, ...] = ()
    pairs: tuple[Pair, ...] = ()


@dataclass(frozen=True)
class Pair:
    """`key = value`: the full path with the table's, where the key starts, the value; whether the key has parts."""

    path: tuple[str, ...]
    start: int
    value: Value
    dotted: bool


def pairs(text: str) -> Iterator[Pair]:
    """Every pair of the document in order, those of inline tables inside their value.

    Raises ValueError or IndexError where the text is not TOML.
    """
    table: tuple[str, ...] = ()
    place = _end(_GAP, text, 0)
    while place < len(text):
        if text[place] == "[":
            table, place = _key(text, _end(_BLANK, text, place + 1 + text.startswith("[[", place)))
            place = text.index("]", place)
            place += 2 if text.startswith("]]", place) else 1
        else:
            pair, place = _pair(text, place, table)
            yield pair
        place = _end(_GAP, text, place)


def _pair(text: str, place: int, table: tuple[str, ...]) -> tuple[Pair, int]:
    key, after = _key(text, place)
    after = _end(_BLANK, text, after)
    if text[after] != "=":
        raise ValueError(f"no value at {after}")
    value = _value(text, _end(_BLANK, text, after + 1), table + key)
    return Pair(table + key, place, value, len(key) > 1), value.stop


def _key(text: str, place: int) -> tuple[tuple[str, ...], int]:
    parts: list[str] = []
    while True:
        name = _NAME.match(text, place)
        if not name:
            raise ValueError(f"no key at {place}")
        parts.append(name[0].strip("\"'"))
        place = _end(_BLANK, text, name.end())
        if text[place : place + 1] != ".":
            return tuple(parts), place
        place = _end(_BLANK, text, place + 1)


def _value(text: str, place: int, path: tuple[str, ...]) -> Value:
    if text[place] == "[":
        return _array(text, place, path)
    if text[place] == "{":
        return _table(text, place, path)
    kind, pattern = ("string", _STRING) if text[place] in "\"'" else ("other", _SCALAR)
    stop = _end(pattern, text, place)
    if stop == place:
        raise ValueError(f"no value at {place}")
    return Value(place, stop, kind)


def _array(text: str, start: int, path: tuple[str, ...]) -> Value:
    items: list[Value] = []
    place = _end(_GAP, text, start + 1)
    while text[place] != "]":
        items.append(_value(text, place, path))
        place = _after_comma(text, items[-1].stop)
    return Value(start, place + 1, "array", items=tuple(items))


def _table(text: str, start: int, path: tuple[str, ...]) -> Value:
    inside: list[Pair] = []
    place = _end(_GAP, text, start + 1)
    while text[place] != "}":
        pair, place = _pair(text, place, path)
        inside.append(pair)
        place = _after_comma(text, place)
    return Value(start, place + 1, "table", pairs=tuple(inside))


def _after_comma(text: str, place: int) -> int:
    place = _end(_GAP, text, place)
    return _end(_GAP, text, place + 1) if text[place] == "," else place


def _end(pattern: re.Pattern[str], text: str, place: int) -> int:
    match = pattern.match(text, place)
    return match.end() if match else place

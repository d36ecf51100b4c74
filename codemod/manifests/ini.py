"""setup.cfg, tox.ini and nbdev's settings.ini: requirements a line, or words in a row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple, Optional

from codemod.manifests.entry import FAIR_ESM, Entry, Section, normalised, requirement
from codemod.manifests.lines import Line, line_end, lines
from codemod.records import Leftover

#: Keys by `section:key`, whether the whole file has what they declare, whether they hold words in a row.
_KEYS: tuple[tuple[str, bool, bool], ...] = (
    (r"options:install_requires", True, False),
    (r"options:(?:tests_require|setup_requires)", False, False),
    (r"options\.extras_require:.+", False, False),
    (r"testenv.*:deps", False, False),
    (r"default:(?:requirements|pip_requirements)", True, True),
    (r"default:dev_requirements", False, True),
)
_HEADER = re.compile(r"\[(?P<section>[^\]]+)\]")
_PAIR = re.compile(r"(?P<key>[\w.-]+)\s*[=:]\s*")
_WORD = re.compile(r"[^\s;#]+")


class _Place(NamedTuple):
    """A line that holds values of `section:key`, from `start` on."""

    key: str
    line: Line
    start: int
    inline: bool


def read(path: str, text: str) -> Iterator[Section | Leftover]:
    """One section for each key that declares requirements; nothing where the project itself is fair-esm."""
    places = list(_places(text))
    if any(place.key == "metadata:name" and _value(text, place) == FAIR_ESM for place in places):
        return
    for key in dict.fromkeys(place.key for place in places):
        kind = next((row for row in _KEYS if re.fullmatch(row[0], key)), None)
        if kind:
            read_one = _words if kind[2] else _line
            inside = [entry for place in places if place.key == key for entry in read_one(text, place)]
            yield Section(tuple(inside), base=kind[1], scope=key.split(":")[0].split(".")[0])


def _places(text: str) -> Iterator[_Place]:
    section, key = "", ""
    for line in lines(text):
        written = text[line.start : line.stop]
        begin = line.start + len(written) - len(written.lstrip())
        if not written.strip() or written.lstrip()[0] in "#;":
            continue
        header, pair = _HEADER.match(written), _PAIR.match(written)
        if header:
            section, key = header["section"].lower(), ""
        elif pair:
            key = f"{section}:{pair['key'].lower()}"
            if written[pair.end() :].strip():
                yield _Place(key, line, line.start + pair.end(), True)
        elif begin > line.start and key:
            yield _Place(key, line, begin, False)


def _line(text: str, place: _Place) -> Iterator[Entry]:
    stop = place.start + len(text[place.start : place.line.stop].rstrip())
    found: Optional[Entry] = requirement(text, place.start, stop)
    if found:
        whole = (place.line.start, place.line.next)
        indent = "    " if place.inline else text[place.line.start : place.start]
        between = text[found.stop : stop] + line_end(text, place.line) + indent
        yield replace(found, cut=(place.start, stop) if place.inline else whole, between=between)


def _words(text: str, place: _Place) -> Iterator[Entry]:
    for word in _WORD.finditer(text, place.start, place.line.stop):
        found = requirement(text, word.start(), word.end())
        if found:
            blanks = re.compile(r"[ \t]*").match(text, word.end())
            after = blanks.end() if blanks else word.end()
            before = len(text[: word.start()].rstrip(" \t"))
            last = after == place.line.stop and word.start() != place.start
            yield replace(found, cut=(before, word.end()) if last else (word.start(), after), between=" ")


def _value(text: str, place: _Place) -> str:
    return normalised(text[place.start : place.line.stop].strip())

"""pyproject.toml, pixi.toml and Pipfile: requirement lists (PEP 621 and kin) and tables of name = version."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Callable, Optional

from codemod.manifests import arrays
from codemod.manifests.conda import conda_write, match_spec
from codemod.manifests.entry import FAIR_ESM, RULE, Entry, Section, normalised, requirement
from codemod.manifests.lines import line_at, line_end
from codemod.manifests.toml_spans import Pair, Value, pairs
from codemod.manifests.versions import from_conda, from_pep440, from_poetry
from codemod.records import Leftover, line_number

_PIXI = r"(?:tool\.pixi\.)?(?:feature\.[^.]+\.)?(?:target\.[^.]+\.)?"

#: Lists of requirements by dotted path: scope, and whether the whole scope has what they declare.
_LISTS: tuple[tuple[str, str, bool], ...] = (
    (r"project\.dependencies", "project", True),
    (r"project\.optional-dependencies\.[^.]+", "project", False),
    (r"dependency-groups\.[^.]+", "project", False),
    (r"tool\.uv\.dev-dependencies", "project", False),
    (r"tool\.pdm\.dev-dependencies\.[^.]+", "project", False),
    (r"tool\.hatch\.envs\.[^.]+\.(?:extra-)?dependencies", "project", False),
    (r"tool\.flit\.metadata\.requires", "project", True),
)

#: Tables of name = version by dotted path: scope, whether the scope has it all, the language of versions.
_TABLES: tuple[tuple[str, str, bool, str], ...] = (
    (r"tool\.poetry\.dependencies", "poetry", True, "poetry"),
    (r"tool\.poetry\.dev-dependencies", "poetry", False, "poetry"),
    (r"tool\.poetry\.group\.[^.]+\.dependencies", "poetry", False, "poetry"),
    (r"packages", "pipenv", True, "pep440"),
    (r"dev-packages", "pipenv", False, "pep440"),
    (r"(?:tool\.pixi\.)?dependencies", "pixi", True, "conda"),
    (r"(?:tool\.pixi\.)?pypi-dependencies", "pixi", True, "pep440"),
    (_PIXI + "dependencies", "pixi", False, "conda"),
    (_PIXI + "pypi-dependencies", "pixi", False, "pep440"),
)
_EXTRAS = re.compile(r"tool\.poetry\.extras\.[^.]+")
#: Words about a project, and sources of packages declared elsewhere.
_NOT_DECLARATIONS = re.compile(r".*\.(?:keywords|name|description|classifiers|urls\..+|module)")

_LANGUAGES: dict[str, Callable[[str], Optional[str]]] = {
    "poetry": from_poetry,
    "pep440": from_pep440,
    "conda": from_conda,
}


def read(path: str, text: str) -> Iterator[Section | Leftover]:
    """The lists and tables that declare something; what names fair-esm elsewhere is left to a person."""
    try:
        found = list(pairs(text))
    except (ValueError, IndexError, RecursionError):
        yield Leftover(path, 1, RULE, "this is not TOML: look for fair-esm in it by hand")
        return
    if any(_dotted(pair) in ("project.name", "tool.poetry.name") and _is_fair(text, pair) for pair in found):
        return
    rows = [pair for pair in found if _is_row(pair)]
    others = list(_flat(pair for pair in found if not _is_row(pair)))
    sections = [*_lists(text, others), *_tables(text, rows)]
    yield from sections
    yield from _extras(text, others, sections)
    yield from _elsewhere(path, text, others)


def _is_row(pair: Pair) -> bool:
    """Whether the pair is one dependency of a table that has a header of its own."""
    return not pair.dotted and any(re.fullmatch(row[0], ".".join(pair.path[:-1])) for row in _TABLES)


def _flat(found: Iterable[Pair]) -> Iterator[Pair]:
    for pair in found:
        yield pair
        yield from _flat(pair.value.pairs)


def _lists(text: str, found: list[Pair]) -> Iterator[Section]:
    for pair in found:
        for pattern, scope, base in _LISTS:
            if re.fullmatch(pattern, _dotted(pair)) and pair.value.kind == "array":
                yield Section(tuple(_items(text, pair.value, requirement)), scope=scope, base=base)


def _items(text: str, array: Value, parse: Callable[[str, int, int], Optional[Entry]]) -> Iterator[Entry]:
    items = [arrays.Item(value.start, value.stop) for value in array.items]
    for place, item in enumerate(items):
        width = arrays.quotes(text, item)
        entry = parse(text, item.start + width, item.stop - width) if text[item.start] in "\"'" else None
        if entry:
            tail = text[entry.stop : item.stop - width]
            between = tail + arrays.between(text, item)
            yield replace(entry, cut=arrays.cut(text, items, place), between=between)


def _tables(text: str, rows: list[Pair]) -> Iterator[Section]:
    tables: dict[str, list[Pair]] = {}
    for pair in rows:
        tables.setdefault(".".join(pair.path[:-1]), []).append(pair)
    for dotted, inside in tables.items():
        kind = next(row for row in _TABLES if re.fullmatch(row[0], dotted))
        yield _table(text, inside, *kind[1:])


def _table(text: str, inside: list[Pair], scope: str, base: bool, language: str) -> Section:
    entries = tuple(_row(text, pair, language) for pair in inside)
    optional = any(entry.optional for entry in entries if entry.name == FAIR_ESM)

    def write(name: str, spec: str) -> str:
        key = conda_write(name, "") if language == "conda" else name
        version = f'"{spec or "*"}"'
        return f"{key} = {{ version = {version}, optional = true }}" if optional else f"{key} = {version}"

    return Section(entries, write, scope, base)


def _row(text: str, pair: Pair, language: str) -> Entry:
    spec, version = None, (pair.value.stop, pair.value.stop)
    held = next((inner.value for inner in pair.value.pairs if inner.path[-1] == "version"), pair.value)
    if held.kind == "string":
        version = (held.start + 1, held.stop - 1)
        spec = _LANGUAGES[language](text[version[0] : version[1]])
    parsed = match_spec(pair.path[-1], 0, len(pair.path[-1])) if language == "conda" else None
    line = line_at(text, pair.start)
    return Entry(
        parsed.name if parsed else normalised(pair.path[-1]),
        pair.start,
        pair.value.stop,
        version,
        spec,
        cut=(line.start, line_at(text, pair.value.stop).next),
        between=line_end(text, line) + text[line.start : pair.start],
        optional=any(
            inner.path[-1] == "optional" and text[inner.value.start : inner.value.stop] == "true"
            for inner in pair.value.pairs
        ),
    )


def _extras(text: str, found: list[Pair], sections: list[Section]) -> Iterator[Section]:
    """Poetry's extras name optional dependencies: fair-esm's place goes to those that come in its stead."""
    declared = [entry for section in sections if section.scope == "poetry" for entry in section.entries]
    optional = any(entry.optional for entry in declared if entry.name == FAIR_ESM)
    always = frozenset(entry.name for entry in declared if not entry.optional)
    for pair in found:
        if _EXTRAS.fullmatch(_dotted(pair)) and pair.value.kind == "array":
            entries = tuple(replace(entry, spec=None) for entry in _items(text, pair.value, requirement))
            yield Section(
                entries, lambda name, spec: name, "poetry", base=False, adds=optional, alone=True, names=always
            )


def _elsewhere(path: str, text: str, found: list[Pair]) -> Iterator[Leftover]:
    mentions: dict[str, int] = {}
    for pair in found:
        known = any(re.fullmatch(row[0], _dotted(pair)) for row in _LISTS) or _EXTRAS.fullmatch(_dotted(pair))
        place = None if known or _NOT_DECLARATIONS.fullmatch(_dotted(pair)) else _mention(text, pair)
        if place:
            mentions.setdefault(place, line_number(text, pair.start))
    for place, line in mentions.items():
        yield Leftover(path, line, RULE, f"fair-esm is named in {place}, which this tool does not edit")


def _mention(text: str, pair: Pair) -> Optional[str]:
    """The dotted path that names fair-esm, as a key or as an item."""
    names = [normalised(part) for part in pair.path]
    if FAIR_ESM in names:
        return ".".join(pair.path[: names.index(FAIR_ESM) + 1])
    return _dotted(pair) if any(_is_fair_string(text, item) for item in pair.value.items) else None


def _is_fair(text: str, pair: Pair) -> bool:
    return normalised(text[pair.value.start + 1 : pair.value.stop - 1]) == FAIR_ESM


def _is_fair_string(text: str, value: Value) -> bool:
    entry = requirement(text, value.start + 1, value.stop - 1) if value.kind == "string" else None
    return entry is not None and entry.name == FAIR_ESM


def _dotted(pair: Pair) -> str:
    return ".".join(pair.path)

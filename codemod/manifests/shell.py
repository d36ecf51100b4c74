"""Install commands in shell scripts, Dockerfiles, Makefiles and CI files: the words after `pip install`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Callable, NamedTuple, Optional

from codemod.manifests.conda import conda_write, match_spec
from codemod.manifests.entry import FAIR_ESM, Entry, Section, requirement
from codemod.manifests.lines import line_at

_COMMAND = re.compile(
    r"(?<![\w./-])(?:(?:python[\d.]*|py|\$\(PYTHON\)|\$\{?PYTHON\}?)\s+-m\s+)?"
    r"(?P<tool>(?:uv\s+)?pip[\d.]*|conda|mamba|micromamba|uv|poetry|pdm|pipenv)\s+(?:env\s+)?(?P<verb>install|add)(?=\s)"
)
_WORD = re.compile(r"""(?:'[^'\n]*'|"[^"\n]*"|\\[^\r\n]|\$\([^)\n]*\)|[^\s;&|()'"`\\])+""")
#: White space between words: blanks, continued lines, comment lines among those.
_GAP = re.compile(r"(?:[ \t]|\\(?:\r\n|\r|\n)(?:[ \t]*#[^\r\n]*(?:\r\n|\r|\n))*)*")
#: A gap with a line break: the first break, the indent after the last; comments between stay where they are.
_BREAK = re.compile(r"([ \t]*\\(?:\r\n|\r|\n))(?:.*[\r\n])?([ \t]*)$", re.S)
_BLANKS = " \t\r\n\\"
_REDIRECT = re.compile(r"\d*[<>]|#")
#: Options whose next word is their value.
_WITH_VALUE = re.compile(
    r"-[rcitfpnG]|--(?:requirement|constraint|index-url|extra-index-url|find-links|target|prefix|python|name|channel"
    r"|root|cache-dir|trusted-host|timeout|retries|platform|group)"
)
_SPECIAL = re.compile(r"[^\w.=,:/@+-]")
#: A new environment begins here: a stage of a Dockerfile, a job of a workflow.
_BEGINS = re.compile(r"^(?:FROM[ \t]| {0,2}[\w-]+:[ \t]*\r?$)", re.M)


class _Word(NamedTuple):
    start: int
    stop: int


def read(path: str, text: str) -> Iterator[Section]:
    """One section for each install command; the commands of one stage or job share a scope."""
    begins = [match.start() for match in _BEGINS.finditer(text)]
    for command in _COMMAND.finditer(text):
        quote = _enclosing(text, command.start())
        if quote is None:
            continue
        words = list(_words(text, command.end(), quote))
        kind = "conda" if command["tool"].endswith(("conda", "mamba")) else "pip"
        scope = f"commands after {max((b for b in begins if b <= command.start()), default=0)}"
        entries = tuple(_entries(text, command, words, kind))
        yield Section(entries, _writer(kind, quote), scope)


def _enclosing(text: str, place: int) -> Optional[str]:
    """The quote that the command stands in, `""` for none, None where it is a comment or printed."""
    line = text[line_at(text, place).start : place]
    if re.search(r"(?:^|\s)#", line) or re.search(r"(?:echo|printf)\b[^;&|]*$", line):
        return None
    return next((quote for quote in "\"'" if line.count(quote) % 2), "")


def _words(text: str, place: int, quote: str) -> Iterator[_Word]:
    while True:
        place = _end(_GAP, text, place)
        if place >= len(text) or (quote and text[place] == quote) or _REDIRECT.match(text, place):
            return
        stop = _end(_WORD, text, place)
        if quote:
            stop = min(stop, len(text) if text.find(quote, place) < 0 else text.find(quote, place))
        if stop == place:
            return
        yield _Word(place, stop)
        place = stop


def _packages(text: str, words: list[_Word]) -> Iterator[int]:
    """The places of the words that are neither options nor the values of options."""
    value = False
    for place, word in enumerate(words):
        written = text[word.start : word.stop]
        if not value and not written.startswith("-"):
            yield place
        value = not value and bool(_WITH_VALUE.fullmatch(written))


def _entries(text: str, command: re.Match[str], words: list[_Word], kind: str) -> Iterator[Entry]:
    found = [(place, _entry(text, words[place], kind)) for place in _packages(text, words)]
    fair = [place for place, entry in found if entry and entry.name == FAIR_ESM]
    others = any(text[word.start : word.stop] in ("-r", "--requirement") for word in words) or len(fair) < len(found)
    for place, entry in found:
        before = words[place - 1].stop if place else command.end()
        alone = not others and place == fair[0]
        cut = _command_cut(text, command, words) if alone else _word_cut(text, before, words[place])
        if entry:
            yield replace(entry, cut=cut, between=_BREAK.sub(r"\1\2", text[before : words[place].start]))


def _entry(text: str, word: _Word, kind: str) -> Optional[Entry]:
    quoted = text[word.start] in "\"'" and text[word.stop - 1] == text[word.start]
    parse = match_spec if kind == "conda" else requirement
    found = parse(text, word.start + quoted, word.stop - quoted)
    return found and replace(found, start=word.start, stop=word.stop, whole=True)


def _word_cut(text: str, before: int, word: _Word) -> tuple[int, int]:
    """The word with the gap before it, or its line where it has a continued line of its own."""
    line = line_at(text, word.start)
    own = not text[line.start : word.start].strip() and text[word.stop : line.stop].strip() == "\\"
    return (line.start, line.next) if own else (before, word.stop)


def _command_cut(text: str, command: re.Match[str], words: list[_Word]) -> Optional[tuple[int, int]]:
    """What to cut so that the whole command goes: with its `&&`, or with its line; None where neither is safe."""
    start, stop = command.start(), words[-1].stop
    head = text[:start].rstrip(_BLANKS)
    if head.endswith("&&"):
        return len(head[:-2].rstrip(_BLANKS)), stop
    after = re.compile(r"[ \t]*&&(?:[ \t]|\\\r?\n)*").match(text, stop)
    if after:
        return start, after.end()
    first, last = line_at(text, start), line_at(text, stop)
    whole = text[first.start : start] in ("", "RUN ") and not text[stop : last.stop].strip()
    return (first.start, last.next) if whole else None


def _writer(kind: str, quote: str) -> Callable[[str, str], str]:
    mark = "'" if quote == '"' else '"'

    def write(name: str, spec: str) -> str:
        written = conda_write(name, spec) if kind == "conda" else name + spec
        return f"{mark}{written}{mark}" if _SPECIAL.search(written) else written

    return write


def _end(pattern: re.Pattern[str], text: str, place: int) -> int:
    match = pattern.match(text, place)
    return match.end() if match else place

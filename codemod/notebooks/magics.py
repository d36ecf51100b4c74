"""What IPython understands and Python does not, overwritten so that a cell parses with every offset as it was."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass, field

from codemod.notebooks.layout import Span

#: Cell magics that run the rest of the cell as the notebook's own Python.
_TRANSPARENT = frozenset(["time", "timeit", "capture", "prun", "memit", "debug", "notify", "wandb", "skip", "heat"])
#: How lines start that IPython does not hand to Python.
_ESCAPES = frozenset("!%?,;/")
#: Line magics whose argument is a statement of the program. Options come first.
_TIMED = re.compile(r"%(?:time|timeit|prun|memit)(?:[ \t]+-\w+(?:[ \t]*[\d.]+)?)*[ \t]+(?=[^\s-])")
#: Line magics and their aliases that are typed without `%`.
_AUTOMAGIC = re.compile(
    r"(?:pip3?|conda|mamba|micromamba|uv|cd|ls|ll|pwd|mkdir|rmdir|rm|cp|mv|cat|less|env|run|load_ext|reload_ext"
    r"|autoreload|matplotlib|time|timeit|who|whos|reset|history|store)\b(?![ \t]*[=.(\[,:])"
)
_CELL_MAGIC = re.compile(r"(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))*(?P<line>%%(?P<name>\w*)[^\r\n]*)")
_TARGET = r"\*?[A-Za-z_][\w.]*(?:\[[^\]\r\n]*\])*[ \t]*"
_ASSIGNED = re.compile(rf"{_TARGET}(?:,[ \t]*{_TARGET})*,?[ \t]*=[ \t]*(?=[!%])")
_COMMAND = re.compile(r"(?:[^\r\n\\]|\\(?:\r\n|\r|\n)|\\)*")
_INDENT = re.compile(r"[ \t\f]*")
_LINE_END = re.compile(r"\r\n|\r|\n")
_TOKEN = re.compile(
    r'''(?P<string>"""(?:\\.|[^\\])*?"""|\'\'\'(?:\\.|[^\\])*?\'\'\'|"(?:\\.|[^"\\\r\n])*"|'(?:\\.|[^'\\\r\n])*')
    |(?P<comment>\#[^\r\n]*)|(?P<blank>[ \t\f]+|\\(?:\r\n|\r|\n))|(?P<end>\r\n|\r|\n)
    |(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<word>\w+)|(?P<other>.)''',
    re.X | re.S,
)
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass
class Plain:
    """A cell's Python, with as many characters as the cell has."""

    program: str
    commands: list[Span] = field(default_factory=list)  # what is not Python: spans in the cell, in order
    parses: bool = True  # where False, `program` is blank


def plain(cell: str) -> Plain:
    """A cell without its magics, shell commands and help; blank where even the rest is not Python."""
    readings = (_plain(cell, automagic) for automagic in (False, True))
    blank = Plain(_blanked(cell), [], parses=False)
    return next((reading for reading in readings if _parses(reading.program)), blank)


def _plain(cell: str, automagic: bool) -> Plain:
    made = Plain(_SURROGATE.sub("?", cell))
    at = _cell_magics(made)
    while at < len(cell):
        at = _line(made, at, automagic)
        end = _LINE_END.match(cell, at)
        at = end.end() if end else at
    return made


def _cell_magics(made: Plain) -> int:
    """Blank them; where the notebook's own Python starts."""
    at = 0
    while magic := _CELL_MAGIC.match(made.program, at):
        start, at = magic.span("line")
        if magic["name"] not in _TRANSPARENT:
            at = len(made.program)
        _overwrite(made, start, at, "")
    return at


def _line(made: Plain, at: int, automagic: bool) -> int:
    """Overwrite what is not Python in one logical line; where it stops."""
    text = made.program
    start = _past(_INDENT, text, at)
    if timed := _TIMED.match(text, start):
        stop = _past(_COMMAND, text, start)
        if _parses("0;" + text[timed.end() : stop]):
            _overwrite(made, start, timed.end(), "0;")
            return stop
    if text[start : start + 1] in _ESCAPES or (automagic and _AUTOMAGIC.match(text, start)):
        stop = _past(_COMMAND, text, start)
        _overwrite(made, start, stop, "pass")
    elif assigned := _ASSIGNED.match(text, start):
        stop = _past(_COMMAND, text, start)
        _overwrite(made, assigned.end(), stop, "_")  # a name that means nothing
    else:
        stop, last = _statement(text, start)
        if last == "?":
            _overwrite(made, start, stop, "pass")
    return stop


def _statement(text: str, start: int) -> tuple[int, str]:
    """Where a logical line of Python stops, and its last token."""
    depth, last = 0, ""
    for token in _TOKEN.finditer(text, start):
        kind = token.lastgroup
        if kind == "end" and depth <= 0:
            return token.start(), last
        depth += (kind == "open") - (kind == "close")
        if kind not in ("blank", "comment", "end"):
            last = token[0]
    return len(text), last


def _overwrite(made: Plain, start: int, stop: int, word: str) -> None:
    """Blanks, with a statement at the start so that no block becomes empty.

    IPython takes the indent of a cell's first line away: what stands for that line stands at the margin.
    """
    before = made.program[:start]
    margin = start if before.strip() else max(before.rfind("\n"), before.rfind("\r")) + 1
    blank = _blanked(made.program[margin:stop])
    room = len(blank) - len(blank.lstrip(" "))
    filler = word if len(word) <= room else "0"
    made.program = made.program[:margin] + filler + blank[len(filler) :] + made.program[stop:]
    made.commands.append((start, stop))


def _blanked(text: str) -> str:
    return re.sub(r"[^\r\n]", " ", text)


def _past(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _parses(program: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a doubtful escape is the notebook's business
        try:
            ast.parse(program)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True

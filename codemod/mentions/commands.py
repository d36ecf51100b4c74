"""Commands of fair-esm that Python programs run: strings and lists of words handed to a shell or a subprocess."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from typing import Optional

from codemod.mentions.elsewhere import COMMAND, command, install, script
from codemod.mentions.fetches import INSTALLS, fetched
from codemod.program.source import Source
from codemod.records import Leftover

#: Calls whose text people read.
_SAYS = frozenset(
    [
        "print",
        "echo",
        "secho",
        "info",
        "debug",
        "warning",
        "warn",
        "error",
        "critical",
        "exception",
        "log",
        "exit",
        "skip",
    ]
)
#: Arguments whose text people read.
_SAID = frozenset(["help", "description", "epilog", "usage", "reason", "message", "msg", "title"])
#: Calls whose arguments are the words of a command: nox's `session.run("pip", "install", "fair-esm")`.
_RUNS = frozenset(["run", "run_always", "run_install", "execute", "check_output", "system"])
#: Every command has at least one of these in a single string; expressions around other strings are not looked at.
_WORDS = ("esm", "extract", "variant-prediction", "inverse_folding")
#: Stands for a value that is not known.
_UNKNOWN = "{}"
#: Commands are not nested deeper; generated sums of a thousand strings are.
_DEPTH = 20
#: Characters; what is longer is data. Searching 60 MB of it took 25 s.
_LONGEST = 100_000


def python_mentions(source: Source, programs: Collection[str] = ()) -> Iterator[Leftover]:
    """The commands that will not run without fair-esm; docstrings, messages and help texts are not commands.

    `programs` are the Python files of the repository, as for `mentions`.
    """
    telling = _around_words(source)
    todo: list[ast.AST] = [source.tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.expr) and (why := _why(node, programs)):
            yield Leftover(source.path, node.lineno, COMMAND, why)
        elif not _is_text(node):
            near = [child for child in ast.iter_child_nodes(node) if child in telling and not _is_text(child)]
            todo += reversed(near)


def _around_words(source: Source) -> set[ast.AST]:
    """The strings that a command may be made of, and all that they lie in."""
    found: set[ast.AST] = set()
    for node in source.nodes:
        if isinstance(node, ast.Constant) and _tells(node.value):
            around: Optional[ast.AST] = node
            while around is not None and around not in found:
                found.add(around)
                around = source.parents.get(around)
    return found


def _tells(value: object) -> bool:
    return isinstance(value, str) and any(word in value for word in _WORDS)


def _why(node: ast.expr, programs: Collection[str]) -> str:
    if not isinstance(node, (ast.Constant, ast.JoinedStr, ast.BinOp, ast.Call, ast.List, ast.Tuple)):
        return ""
    text = _written(node).strip()
    if text == _UNKNOWN:
        return ""
    whole = text.replace("\\\n", " ")
    path = isinstance(node, (ast.Constant, ast.JoinedStr, ast.BinOp, ast.Call))
    alone = script(text, programs) if path else ""
    return alone or next((why for line in whole.splitlines() if (why := _line(line, programs))), "")


def _line(line: str, programs: Collection[str]) -> str:
    if len(line) > _LONGEST or line.lstrip().startswith("#"):
        return ""
    return command(line, programs) or (INSTALLS if install(line) else fetched(line, fair=False, manifest=False))


def _written(node: ast.expr, depth: int = 0) -> str:
    """The text an expression makes, as far as it is written here: `python {}/scripts/extract.py {}`."""
    if depth > _DEPTH:
        return _UNKNOWN
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_written(value, depth + 1) for value in node.values)
    if isinstance(node, (ast.List, ast.Tuple)):
        return " ".join(_written(element, depth + 1) for element in node.elts)
    if isinstance(node, ast.BinOp):
        return _operated(node, depth + 1)
    return _called(node, depth + 1) if isinstance(node, ast.Call) else _UNKNOWN


def _operated(node: ast.BinOp, depth: int) -> str:
    left, right = _written(node.left, depth), _written(node.right, depth)
    if isinstance(node.op, ast.Div):
        return f"{left}/{right}"
    if isinstance(node.op, ast.Mod):
        return left
    lists = (ast.List, ast.Tuple)
    apart = isinstance(node.left, lists) or isinstance(node.right, lists)
    return f"{left} {right}" if apart else left + right


def _called(node: ast.Call, depth: int) -> str:
    """Paths and texts that a call puts together; other calls tell nothing."""
    name, words = _name(node.func), [_written(argument, depth) for argument in node.args]
    if name == "format" and isinstance(node.func, ast.Attribute):
        return _written(node.func.value, depth)
    if name in _RUNS and len(words) > 1:
        return " ".join(words)
    if name in ("split", "str", "quote", "fspath") and len(words) == 1:
        return words[0]
    if name == "join" and len(words) == 1:
        return words[0]
    return "/".join(words) if name in ("join", "Path", "joinpath") else _UNKNOWN


def _is_text(node: ast.AST) -> bool:
    """Whether a statement, call or argument only says something to people."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, (ast.Constant, ast.JoinedStr))
    if isinstance(node, ast.keyword):
        return node.arg in _SAID
    if isinstance(node, ast.Call):
        return _name(node.func) in _SAYS
    return isinstance(node, ast.Raise)


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""

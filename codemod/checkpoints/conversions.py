"""What to run once for local weights: the command that writes the folder which the migrated program reads."""

from __future__ import annotations

import ast
import shlex
from collections.abc import Iterable, Iterator

from codemod.flow.analysis import Analysis
from codemod.flow.local_weights import cached
from codemod.flow.values import hints
from codemod.library import CHECKPOINTS


def conversions(analysis: Analysis, loads: Iterable[ast.AST]) -> tuple[str, ...]:
    """One sentence for each local file of weights among these loads."""
    return tuple(sorted({said for load in loads for said in _of(analysis, load)}))


def _of(analysis: Analysis, load: ast.AST) -> Iterator[str]:
    kind, argument = analysis.calls[load]
    paths = analysis.paths(load)
    for path in paths:
        if path.endswith(".pt") and cached(path) not in CHECKPOINTS:
            yield _whole(path) if hints(argument) else _end(path, load)
    if kind.endswith("_local") and not paths:
        yield _whole("WEIGHTS.pt")


def _whole(path: str) -> str:
    return f"{path} is read from a folder now, write it once: {_command(path)}"


def _end(path: str, load: ast.AST) -> str:
    """Where only the end of the path is written in the program."""
    written = load.args[0] if isinstance(load, ast.Call) and load.args else load
    functions = {name for each in ast.walk(written) if isinstance(each, ast.Call) for name in ast.walk(each.func)}
    free = sorted({each.id for each in ast.walk(written) if isinstance(each, ast.Name) and each not in functions})
    begins = f" begins with what {free[0]} holds and" if free else ""
    return (
        f"{ast.unparse(written)}{begins} is read from a folder now, write it once, with the whole path: "
        f"{_command('.../' + path.lstrip('/'))}"
    )


def _command(path: str) -> str:
    return shlex.join(["python", "-m", "codemod", "convert", path, path[: -len(".pt")]])

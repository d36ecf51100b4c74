"""What depends on fair-esm's values and cannot be read: it holds them back, since nobody could rewrite both sides."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Optional

from codemod.deciding.bonds import reach
from codemod.files.repository import Repository
from codemod.flow.analysis import Analysis
from codemod.flow.values import origins
from codemod.notebooks.read import Notebook
from codemod.program.source import Source
from codemod.records import Leftover
from codemod.uses.use import Use

_STATEMENT = re.compile(r"^[ \t]*((?:from[ \t]+[\w.]+[ \t]+import|import)\b)([^\n#(]*)", re.M)


def held_back(repository: Repository, analysis: Analysis, uses: Sequence[Use]) -> dict[Use, str]:
    """The uses that a program or a cell nobody can parse may depend on, with the reason; the latter is reported."""
    held: dict[Use, str] = {}
    for path, (line, why) in sorted(repository.unparsed.items()):
        near = {each for target in _imports(repository, analysis, path) for each in reach(analysis, target)}
        mine = [use for use in uses if use.source.path in near]
        if mine:
            why = f"{why}; it imports {mine[0].source.path}, which uses fair-esm"
            repository.problems.setdefault(path, Leftover(path, line, "unreadable", why))
            held.update(dict.fromkeys(mine, f"{path}, line {line}, may depend on it and does not parse"))
    for source in (each for each in analysis.project.sources if each.path in repository.notebooks):
        mine = [use for use in uses if use.source is source]
        for line, name in _cells(repository.notebooks[source.path], analysis, source) if mine else ():
            why = f"a cell does not parse and reads {name}: migrate by hand"
            repository.problems.setdefault(source.path, Leftover(source.path, line, "unreadable", why))
            held.update(dict.fromkeys(mine, f"the cell at line {line} reads {name} and does not parse"))
    return held


def _imports(repository: Repository, analysis: Analysis, path: str) -> Iterator[str]:
    """The files of the repository that the import lines of an unparsed program name."""
    decoded = repository.decoded(path)
    for head, names in _STATEMENT.findall(decoded.text if decoded else ""):
        statement = _statement(f"{head}{names}") or _statement(f"{head} _")
        yield from analysis.project.named_by(path, [statement] if statement else [])


def _statement(text: str) -> Optional[ast.Import | ast.ImportFrom]:
    try:
        (statement,) = ast.parse(text.strip()).body
    except (SyntaxError, ValueError):
        return None
    return statement if isinstance(statement, (ast.Import, ast.ImportFrom)) else None


def _cells(notebook: Notebook, analysis: Analysis, source: Source) -> Iterator[tuple[int, str]]:
    """The line of each unparsed cell that speaks of fair-esm's values, and the word."""
    named = [each for each in source.nodes if isinstance(each, ast.Name) and origins(analysis.values.get(each))]
    names = {each.id for each in named} | {"esm"}
    for line, cell in notebook.unparsed:
        found = sorted(names.intersection(re.findall(r"\w+", cell)))
        if found:
            yield line, found[0]

"""Which imports of fair-esm go: those whose every mention, in whatever file, has been rewritten."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache

from codemod.deciding.decide import CHECKOUT, COPY, Decided
from codemod.flow.analysis import Analysis
from codemod.library import EVOLUTIONARYSCALE
from codemod.program.imports import asks, statement_of, written
from codemod.program.source import Source
from codemod.records import Leftover
from codemod.uses.evaluated import unread_text
from codemod.uses.unseen import starred_root
from codemod.uses.use import Use

_WITH_THE_REST = "nothing here uses it; it goes with the rest of this file, none of which is migrated"


class Aliases:
    """`leaving` holds, per file, the import aliases that go; `kept` those that stay, each listed with the reason."""

    def __init__(self, analysis: Analysis, uses: Sequence[Use], decided: Sequence[Decided]) -> None:
        migrated = {use for each in decided if each.migrated for use in each.group.uses}
        self.leaving: defaultdict[str, list[ast.alias]] = defaultdict(list)
        self.gone: list[ast.alias] = []
        self.kept: list[ast.alias] = []
        self.leftovers: list[Leftover] = []
        lost = {starred_root(use.source, use.node): use for use in uses if use.key == "word"}
        through = _through(uses)
        doubtful = cache(lambda: _doubtful(analysis))
        whys = {}
        for alias, (source, _) in analysis.aliases.items():
            taken = lost.get(written(alias, statement_of(source, alias)))
            why = f"{taken.source.path}, line {taken.line}, may take it through a star import" if taken else ""
            whys[alias] = why or _reason(analysis, alias, through[alias], migrated, doubtful)
        touched = {use.source for use in migrated}
        held = {analysis.aliases[alias][0] for alias, why in whys.items() if why}
        needed = next((alias for alias, why in whys.items() if why), None)
        for alias, (source, _) in analysis.aliases.items():
            statement = statement_of(source, alias)
            if needed and not whys[alias] and not through[alias] and asks(source, statement):
                whys[alias] = f"asks whether fair-esm is installed, which {_place(analysis, needed)}, still needs"
            if not whys[alias] and not through[alias] and source in held - touched:
                whys[alias] = _WITH_THE_REST
            if whys[alias]:
                self.kept.append(alias)
                self.leftovers.append(Leftover(source.path, statement.lineno, "imports", whys[alias]))
            else:
                self.gone.append(alias)
                self.leaving[source.path].append(alias)


def _place(analysis: Analysis, alias: ast.alias) -> str:
    source, _ = analysis.aliases[alias]
    return f"{source.path}, line {statement_of(source, alias).lineno}"


def _through(uses: Sequence[Use]) -> defaultdict[ast.AST, list[Use]]:
    """The uses that hang on an import alias, or on any other node."""
    found: defaultdict[ast.AST, list[Use]] = defaultdict(list)
    for use in uses:
        for node in use.links | (use.value.via if use.value else frozenset()):
            found[node].append(use)
    return found


def _reason(
    analysis: Analysis, alias: ast.alias, through: list[Use], migrated: set[Use], doubtful: Callable[[], bool]
) -> str:
    """Why an import stays; empty when it goes."""
    source, name = analysis.aliases[alias]
    if alias in analysis.copies:
        return COPY.format(analysis.copies[alias])
    checkout = analysis.project.checkout_of(source.path)
    if checkout:
        return CHECKOUT.format(checkout)
    left = [use for use in through if use not in migrated]
    if left:
        return f"still needed in {left[0].source.path}, line {left[0].line}"
    statement = statement_of(source, alias)
    if alias.name != "*" and written(alias, statement) in _exported(source.tree):
        return "__all__ promises this name to other programs"
    if not through and _is_offered(source, alias):
        return "nothing here uses it, but it is offered to other programs: take it out if none asks for it"
    if not through and (line := unread_text(analysis, source)):
        return f"nothing else here uses it, and line {line} evaluates text that may name it"
    if not through and name == "esm" and doubtful():
        return "nothing here uses it, and whether it is fair-esm's or EvolutionaryScale's esm cannot be told"
    return ""


def _is_offered(source: Source, alias: ast.alias) -> bool:
    """Whether an import is there for others: in a package's `__init__.py`, in a `hubconf.py`, or as `X as X`."""
    return source.path.rpartition("/")[2] in ("__init__.py", "hubconf.py") or alias.name == alias.asname


def _exported(tree: ast.Module) -> set[str]:
    """The names in `__all__`."""
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Assign) and "__all__" in map(ast.unparse, node.targets):
            constants = (each.value for each in ast.walk(node.value) if isinstance(each, ast.Constant))
            found |= {each for each in constants if isinstance(each, str)}
    return found


_OTHER = re.compile(rf"\b(?:from|import)\s+(?:{'|'.join(map(re.escape, EVOLUTIONARYSCALE))})\b")


def _doubtful(analysis: Analysis) -> bool:
    """Whether EvolutionaryScale's package is used in the repository, or nothing else of fair-esm's is."""
    other = any(_OTHER.search(source.program) for source in analysis.project.sources)
    sure = any(name != "esm" for _, name in analysis.aliases.values()) or bool(analysis.calls)
    return other or not sure

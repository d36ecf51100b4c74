"""Annotations and checks that name a class of fair-esm's: they promise what a value is; who makes it decides."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Optional

from codemod.deciding.decide import Decided
from codemod.flow.analysis import Analysis
from codemod.flow.cells import Key
from codemod.flow.values import Meaning, Value, origins
from codemod.library import CALLS, DATASET, FOLD, INSTANCES, OUTPUT
from codemod.program.source import FunctionNode, Source, parameters
from codemod.uses.use import Use

_CLASSES = frozenset(name for name, kind in INSTANCES.items() if kind != DATASET)
_MAKERS = frozenset(name for name, made in CALLS.items() if made not in (DATASET, FOLD, OUTPUT))


def promised(analysis: Analysis) -> Iterator[frozenset[ast.AST]]:
    """An annotation belongs with what callers give or what is returned, also where nothing else is done with it."""
    for scope in analysis.owners:
        for argument in parameters(scope) if isinstance(scope, FunctionNode) else ():
            plain = _without_optional(argument.annotation)
            if plain is not None and isinstance(analysis.values.get(plain), Meaning):
                yield from _together(analysis, plain, ("param", scope, argument.arg))
        returns = getattr(scope, "returns", None)
        if returns is not None:
            yield from _together(analysis, returns, ("return", scope))


def tested(analysis: Analysis) -> Iterator[frozenset[ast.AST]]:
    """A class belongs with what is compared with it: left alone, `type(model) is esm.ESM2` would become false."""
    for source in analysis.project.sources:
        for node in source.nodes:
            if isinstance(node, (ast.Name, ast.Attribute)) and _is_class(analysis.values.get(node)):
                test = _test(source, node)
                inside = [analysis.values.get(each) for each in ast.walk(test)] if test else []
                yield frozenset([node]).union(*map(origins, inside))


def _test(source: Source, node: ast.AST) -> Optional[ast.AST]:
    """The comparison or call that is given a class, or what a `match` looks at."""
    child = node
    for parent in source.ancestors(node):
        kind = type(parent).__name__
        if kind == "Match":
            return parent.subject  # type: ignore[attr-defined, no-any-return]
        if isinstance(parent, (ast.Compare, ast.Call)):
            return parent if child is not getattr(parent, "func", None) else None
        if not isinstance(parent, (ast.Tuple, ast.List, ast.Set)) and not kind.lower().startswith("match"):
            return None
        child = parent
    return None


def _without_optional(annotation: Optional[ast.expr]) -> Optional[ast.expr]:
    optional = isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value).endswith("Optional")
    return annotation.slice if optional else annotation  # type: ignore[union-attr]


def _together(analysis: Analysis, annotation: ast.expr, cell: Key) -> Iterator[frozenset[ast.AST]]:
    named = frozenset(_classes(analysis, annotation))
    if named:
        yield named | origins(analysis.cells.read(cell))


def _classes(analysis: Analysis, annotation: ast.expr) -> Iterator[ast.AST]:
    """Where an annotation names a class."""
    for node in ast.walk(annotation):
        value = analysis.values.get(node)
        if isinstance(value, Meaning) and _is_class(value):
            yield from value.origins


def _is_class(value: Value) -> bool:
    return isinstance(value, Meaning) and value.kind in _CLASSES


def unkept(decided: Sequence[Decided]) -> Iterator[tuple[Use, str]]:
    """Promises that nothing seen here fulfils, while something of fair-esm's is made that stays: it may come there."""
    staying = next((use for each in decided if not each.migrated for use in each.group.uses if _makes(use)), None)
    for each in decided if staying else ():
        classes = [use for use in each.group.uses if use.key in _CLASSES]
        if each.migrated and classes and not any(map(_makes, each.group.uses)):
            place = f"{staying.source.path}, line {staying.line}"  # type: ignore[union-attr]
            yield classes[0], f"what is given here cannot be seen, and {place}, which stays, may make it"


def _makes(use: Use) -> bool:
    """Whether a use makes a model, an alphabet or a batch converter, or is a factory that is handed on."""
    name, called, _ = use.key.partition("(")
    return name.startswith("torch.hub.load") or (name in _MAKERS and bool(called or name.startswith("esm.pretrained.")))

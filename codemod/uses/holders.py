"""The repository's modules that hold a model, however deep: the loads of the models in a value."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Optional

from codemod.flow.analysis import Analysis
from codemod.flow.values import Class, Instance, Map, Meaning, Seq, Several, Tup, Value, held_by
from codemod.flow.wrapping import is_module
from codemod.library import MODEL
from codemod.program.source import Source


def held_by_receiver(analysis: Analysis, source: Source, node: ast.Attribute) -> frozenset[ast.AST]:
    """The loads behind a method's receiver, unless the method is the receiver's own."""
    own = _own_class(source, node.value)
    if own is not None:
        return held_models(analysis, Instance(own))
    base = analysis.values.get(node.value)
    if not isinstance(base, (Class, Instance, Map, Seq, Several, Tup)):
        return frozenset()
    choices = base.choices if isinstance(base, Several) else [base]
    others = [each for each in choices if not has_method(analysis, each, node.attr)]
    return frozenset(load for each in others for load in held_models(analysis, each))


def _own_class(source: Source, base: ast.expr) -> Optional[ast.ClassDef]:
    """The class around `super()`, whose own method it is that torch's is called from."""
    if not (isinstance(base, ast.Call) and ast.unparse(base.func) == "super"):
        return None
    return next((each for each in source.ancestors(base) if isinstance(each, ast.ClassDef)), None)


def has_method(analysis: Analysis, value: Value, method: str) -> bool:
    """Whether a class of the repository has a method itself: what it does is seen there."""
    family = _family(analysis, value.node) if isinstance(value, (Class, Instance)) else []
    return any(analysis.cells.read(("attr", each, method)) is not None for each in family)


def held_models(analysis: Analysis, value: Value) -> frozenset[ast.AST]:
    """The loads of the models in a module, in the modules in it, and so on."""
    return frozenset(load for model in _models(analysis, value, set()) for load in model.origins)


def _family(analysis: Analysis, node: ast.ClassDef) -> list[ast.ClassDef]:
    return [*analysis.lineage(node), *analysis.heirs(node)]


def _models(analysis: Analysis, value: Value, seen: set[ast.ClassDef]) -> Iterator[Meaning]:
    """What a plain object in a module holds is none of the module's parameters."""
    if isinstance(value, Meaning) and value.kind == MODEL:
        yield value
    if isinstance(value, (Class, Instance)) and value.node not in seen:
        family = [each for each in _family(analysis, value.node) if each not in seen]
        if not seen or is_module(analysis, value.node):
            seen.update(family)
            for each in family:
                yield from _models_of(analysis, analysis.cells.attributes(each), seen)
    yield from _models_of(analysis, held_by(value), seen)


def _models_of(analysis: Analysis, values: Iterable[Value], seen: set[ast.ClassDef]) -> Iterator[Meaning]:
    for each in values:
        yield from _models(analysis, each, seen)

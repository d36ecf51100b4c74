"""Values of fair-esm's that are looked at or taken apart as wholes: `len(alphabet)`, `**output`, `a, b = output`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemod.flow.analysis import Analysis
from codemod.flow.values import Meaning
from codemod.library import ALPHABET, BLOCKS, DATASET, LAYERS, MODEL, OUTPUT, PSEUDO
from codemod.program.source import Source
from codemod.uses.use import Use

_SHOWERS = ("print", "str", "repr")  # what they show of an output are its keys
_ASKERS = ("len", "isinstance", "getattr", "hasattr", "setattr", "delattr", "vars", "dir")
LOOKERS = frozenset(f"builtins.{name}" for name in (*_ASKERS, *_SHOWERS))


def looked_at(analysis: Analysis, source: Source, node: ast.Call, name: str) -> Iterator[Use]:
    kinds = (OUTPUT,) if name in _SHOWERS else PSEUDO - {DATASET, LAYERS, BLOCKS}
    for value in map(analysis.values.get, node.args if name in _SHOWERS else node.args[:1]):
        if isinstance(value, Meaning) and value.kind in kinds:
            yield Use(source, node, f"{name}({value.kind})", value, value.origins)


def iterated(analysis: Analysis, source: Source, node: ast.For | ast.comprehension) -> Iterator[Use]:
    value = analysis.values.get(node.iter)
    if isinstance(value, Meaning) and value.kind in (MODEL, OUTPUT, ALPHABET):
        yield Use(source, node.iter, f"iter({value.kind})", value, value.origins)


def unpacked(analysis: Analysis, source: Source, node: ast.Starred | ast.keyword | ast.Dict) -> Iterator[Use]:
    """`*output`, `**output`: taken apart where nothing says what becomes of it."""
    if isinstance(node, ast.Dict):
        parts = [value for key, value in zip(node.keys, node.values) if key is None]
    else:
        parts = [node.value] if isinstance(node, ast.Starred) or node.arg is None else []
    for part in parts:
        value = analysis.values.get(part)
        if isinstance(value, Meaning) and value.kind in (MODEL, OUTPUT, ALPHABET):
            yield Use(source, part, f"iter({value.kind})", value, value.origins)


def split(analysis: Analysis, source: Source, node: ast.Assign) -> Iterator[Use]:
    """`a, b = output`."""
    value = analysis.values.get(node.value)
    spread = any(isinstance(each, (ast.Tuple, ast.List)) for each in node.targets)
    if spread and isinstance(value, Meaning) and value.kind in (MODEL, OUTPUT, ALPHABET):
        yield Use(source, node.value, f"iter({value.kind})", value, value.origins)


def compared(analysis: Analysis, source: Source, node: ast.Compare) -> Iterator[Use]:
    for operator, operand in zip(node.ops, node.comparators):
        value = analysis.values.get(operand)
        if isinstance(operator, (ast.In, ast.NotIn)) and isinstance(value, Meaning) and value.kind in PSEUDO:
            yield Use(source, node, f"in({value.kind})", value, value.origins)

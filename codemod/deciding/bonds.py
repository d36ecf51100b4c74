"""Which expressions belong together beyond the flow of values, so that they migrate together or not at all."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence

from codemod.flow.analysis import Analysis
from codemod.flow.values import Meaning, Tup, Value, held_by, origins
from codemod.library import STUBBED
from codemod.uses.use import Use


def companions(analysis: Analysis) -> Iterator[frozenset[ast.AST]]:
    """Values handed to one call together belong together, and what the call makes: `BatchConverter(alphabet)`."""
    for source in analysis.project.sources:
        for node in source.nodes:
            if isinstance(node, ast.Call):
                parts = [node, *node.args, *(keyword.value for keyword in node.keywords)]
                yield from _together([analysis.values.get(each) for each in parts])


def _together(parts: Sequence[Value]) -> Iterator[frozenset[ast.AST]]:
    """What belongs together in values that go together: where each is one of the same choices, the choices do not."""
    holding = [each for each in parts if origins(each)]
    if len({origins(each) for each in holding}) > 1:
        yield frozenset(origin for each in holding for origin in origins(each))
        return
    for each in holding:
        yield from _inside(each)


def _inside(value: Value) -> Iterator[frozenset[ast.AST]]:
    """A container of like things holds choices, each on its own; one of unlike things holds what goes together."""
    held = [each for each in held_by(value) if origins(each)]
    if len({_shape(each) for each in held}) > 1:
        yield from _together(held)
    else:
        for each in held:
            yield from _inside(each)


def _shape(value: Value) -> object:
    """What a value is, whichever load it is from."""
    if isinstance(value, Meaning):
        return value.kind
    return tuple(map(_shape, value.items)) if isinstance(value, Tup) else type(value)


def strangers(analysis: Analysis, uses: Sequence[Use]) -> Iterator[frozenset[ast.AST]]:
    """What looks like fair-esm's on an object that cannot be seen may be any of what its file can reach by imports."""
    nodes: defaultdict[str, list[ast.AST]] = defaultdict(list)
    for use in uses:
        nodes[use.source.path].append(use.node)
    for path in dict.fromkeys(use.source.path for use in uses if use.key == "word" or _is_key(use)):
        yield frozenset(node for near in reach(analysis, path) for node in nodes[near])


def _is_key(use: Use) -> bool:
    """Whether a class is a key, `{esm.ESM2: 1}[type(model)]`: what is looked up by it may be any model's."""
    parent = use.source.parents.get(use.node)
    return isinstance(parent, ast.Dict) and use.node in parent.keys


def restoring(uses: Sequence[Use]) -> Iterator[frozenset[ast.AST]]:
    """What gives a model's state dict and what restores one, in whatever program: a file has the names of one side."""
    if any(use.key.endswith(".state_dict()") for use in uses):
        yield frozenset(use.node for use in uses if use.key.endswith((".state_dict()", ".load_state_dict()")))


def alive(analysis: Analysis, uses: Sequence[Use]) -> list[Use]:
    """The uses without the words that stand behind the stubs of an earlier run and are never reached.

    That run bound them to what it stubbed (see `strangers`). Where fair-esm itself is used again, they count again.
    """
    reached = {path: reach(analysis, path) for path in {use.source.path for use in uses if use.key == "word"}}
    stubbed = {path for path in set().union(*reached.values()) if _is_stubbed(analysis, path)}
    real = {use.source.path for use in uses if use.key != "word"}
    dead = {path for path, near in reached.items() if near & stubbed and not near & real}
    return [use for use in uses if use.key != "word" or use.source.path not in dead]


def _is_stubbed(analysis: Analysis, path: str) -> bool:
    source = analysis.project.source(path)
    return source is not None and any(mark in source.program for mark in STUBBED)


def reach(analysis: Analysis, path: str) -> set[str]:
    """A file and what it imports, directly or not, among the files that were followed."""
    return set(analysis.project.reach([path], analysis.entered))

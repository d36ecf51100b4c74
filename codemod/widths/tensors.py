"""Whether a bare width belongs to ESM's embeddings: the tensor it describes is followed back to the model's output."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator

from codemod.program.source import Source
from codemod.widths.code import Code
from codemod.widths.derived import is_derived, keeps_width
from codemod.widths.encoders import ESM, names
from codemod.widths.origins import nearest
from codemod.widths.places import AXIS, BOTH_SIDES, IN_FEATURES, MAKERS, TELLING, Place, called


def describes_embeddings(code: Code, place: Place) -> bool:
    """The reshaped, compared or filled tensor, or all a layer is applied to, is as wide as `["representations"]`."""
    unsure = place.kind == AXIS or called(_user(place)) in BOTH_SIDES
    tensors = [] if unsure else _tensors(code, place)
    return bool(tensors) and all(is_derived(code, place.source, each) for each in tensors)


def speaks_of_esm(code: Code, place: Place) -> bool:
    """Whether some such tensor comes from something that is called after ESM."""
    meant = (nearest(code, place.source, each, _is_esm) for each in _tensors(code, place))
    return any(meant)


def _is_esm(text: str) -> frozenset[bool]:
    return frozenset([True]) if names(ESM, text) else frozenset()


def _tensors(code: Code, place: Place) -> list[ast.expr]:
    """The tensors that a place says the width of."""
    if place.kind not in TELLING:
        return []
    user = _user(place)
    if place.kind == IN_FEATURES:
        return list(_fed(code, place.source, user))
    if called(user) in MAKERS:
        return list(_filled(place.source, user))
    return list(_measured(user, place.node)) or list(_filled(place.source, user))


def _user(place: Place) -> ast.AST:
    """The call or comparison around a place; the place itself where there is none."""
    around = (each for each in place.source.ancestors(place.node) if isinstance(each, (ast.Call, ast.Compare)))
    return next(around, place.node)


def _measured(user: ast.AST, number: ast.expr) -> Iterator[ast.expr]:
    """The tensors whose shape is given or compared; other lengths in the number's own tuple are not asked."""
    function = getattr(user, "func", None)
    if isinstance(function, ast.Attribute) and function.attr in ("reshape", "view", "expand", "resize_"):
        yield function.value
        return
    sides = [each for each in ast.iter_child_nodes(user) if number not in ast.walk(each)]
    for node in itertools.chain.from_iterable(map(ast.walk, sides)):
        if isinstance(node, ast.Attribute) and node.attr in ("shape", "size"):
            yield node.value
        elif isinstance(node, ast.Call) and getattr(node.func, "id", None) == "len" and node.args:
            yield node.args[0]


def _filled(source: Source, user: ast.AST) -> Iterator[ast.expr]:
    """The variable an array is made for; what is stored into it tells the rest."""
    parent = source.parents[user]
    if isinstance(parent, ast.Assign):
        yield from parent.targets


def _fed(code: Code, source: Source, layer: ast.AST) -> Iterator[ast.expr]:
    """What a layer, or the Sequential it opens, is applied to."""
    parent = source.parents[layer]
    while isinstance(parent, ast.Call) and _opens(code, source, parent, layer):
        layer, parent = parent, source.parents[parent]
    if not isinstance(parent, ast.Assign):
        return
    for target in parent.targets:
        for reader in _readers(code, source, target):
            call = source.parents[reader]
            if isinstance(call, ast.Call) and call.func is reader and call.args:
                yield call.args[0]


def _opens(code: Code, source: Source, sequential: ast.Call, layer: ast.AST) -> bool:
    """Whether what a `Sequential` is applied to reaches the layer as wide as it came."""
    before = itertools.takewhile(lambda each: each is not layer, sequential.args)
    return layer in sequential.args and all(keeps_width(code, source, each) for each in before)


def _readers(code: Code, source: Source, target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, ast.Name):
        yield from (node for home, node in code.loads(source, target) if home is source)
    elif isinstance(target, ast.Attribute):
        yield from code.attribute_loads(source, target.attr)
